/// A key of the configuration with all that is to be known about it. `Root` is what it is part of.
package struct ConfigurationKey<Root: ConfigurationPart>: Sendable {
    /// In full: `outbound.target`.
    package let name: String
    /// What may be written, to stand behind "expected" or "takes".
    package let expectation: String
    /// What a number counts, if the expectation doesn't say it.
    package let unit: String?
    /// One sentence.
    package let meaning: String
    /// The default as TOML; nil if the key must be given.
    package let standard: String?
    /// Sets what the node says; false, and the context told why, if that is wrong.
    let read: @Sendable (TOMLNode, inout Root, inout ValueContext) -> Bool
    /// The value as TOML.
    package let spelled: @Sendable (Root) -> String
    /// Of a list, how many elements it has and each as TOML; nil of what has none.
    let elements: Elements?

    struct Elements: Sendable {
        let count: @Sendable (Root) -> Int
        let spelled: @Sendable (Root, Int) -> String
    }

    init<Value: Sendable>(
        _ name: String,
        _ path: any WritableKeyPath<Root, Value> & Sendable,
        _ kind: ValueKind<Value>,
        isRequired: Bool = false,
        unit: String? = nil,
        _ meaning: String
    ) {
        self.name = name
        self.expectation = kind.expectation
        self.unit = unit
        self.meaning = meaning
        standard = isRequired ? nil : kind.spell(Root()[keyPath: path])
        read = { node, root, context in
            guard let value = kind.read(node, &context) else { return false }
            root[keyPath: path] = value
            return true
        }
        spelled = { kind.spell($0[keyPath: path]) }
        elements = kind.elements.map { elements in
            Elements(
                count: { elements.count($0[keyPath: path]) },
                spelled: { elements.spell($0[keyPath: path], $1) }
            )
        }
    }
}

extension ConfigurationKey {
    /// The table of the key, or "": `outbound` of `outbound.target`.
    package var section: String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
    }

    /// The key within its table: `target` of `outbound.target`.
    package var lastPart: String {
        name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
    }
}
