import LinuxIO

extension ValueKind where Value == Configuration.Control.Group? {
    /// A group of this machine, by its name or its number.
    static var group: Self {
        let expectation = "the name or number of a group, or \"\" for the daemon's own"
        return Self(
            expectation: expectation,
            read: { node, context -> Configuration.Control.Group?? in
                let name: String
                switch node.value {
                case .string(let text) where text.isEmpty: return .some(nil)
                case .string(let text) where !text.utf8.contains(0): name = text
                case .integer(let number): name = String(number)
                case .string, .real, .boolean, .time, .array, .table:
                    let nothing: Configuration.Control.Group?? = context.reject(
                        node,
                        expected: expectation
                    )
                    return nothing
                }
                guard let number = UInt32(name) ?? Accounts.group(named: name) else {
                    context.complain(
                        at: node.position,
                        "this machine has no group \(name.shortened.quotedForTOML): "
                            + "expected \(expectation)"
                    )
                    return nil
                }
                return .some(Configuration.Control.Group(name: name, number: number))
            },
            spell: { ($0?.name ?? "").quotedForTOML }
        )
    }
}
