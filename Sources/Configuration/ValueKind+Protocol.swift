import Addressing
import DecredWire
import PlainText

extension ValueKind where Value == String {
    /// What a `version` message can hold as its user agent.
    static var userAgent: Self {
        let expectation =
            "at most \(VersionMessage.mostUserAgentBytes) characters of printable ASCII"
        return Self(
            expectation: expectation,
            read: { node, context in
                guard case .string(let text) = node.value, VersionMessage.isUserAgent(text) else {
                    return context.reject(node, expected: expectation)
                }
                return text
            },
            spell: \.quotedForTOML
        )
    }
}

extension ValueKind where Value == Int? {
    /// A number, or nil for what the network makes of it.
    static func integerOrAuto(in range: ClosedRange<Int>) -> Self {
        let integer = ValueKind<Int>.integer(in: range)
        let expectation = "\(integer.expectation), or \"auto\""
        return Self(
            expectation: expectation,
            read: { node, context -> Int?? in
                switch node.value {
                case .string(let text) where text.isWord && text == "auto": return .some(nil)
                case .integer(let number):
                    if let number = Int(exactly: number), range.contains(number) { return number }
                case .string, .real, .boolean, .time, .array, .table: break
                }
                let nothing: Int?? = context.reject(node, expected: expectation)
                return nothing
            },
            spell: { $0.map(integer.spell) ?? "\"auto\"" }
        )
    }
}

extension ValueKind where Value == [PeerAddress] {
    /// Addresses at which others may reach us.
    static func advertisedAddresses(limit: Int) -> Self {
        list(of: "addresses, each \"ADDRESS:PORT\"", limit: limit) {
            (text, defaultPort) throws(ElementError) in
            switch try PeerTarget(inConfiguration: text, defaultPort: defaultPort) {
            case .address(let address):
                try address.checkNamesOnePeer()
                return address
            case .name(let name):
                throw ElementError(
                    "\(name) is a name: expected an IP address or onion service with its port"
                )
            }
        }
    }
}
