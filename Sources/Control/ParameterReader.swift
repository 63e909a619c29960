/// Reads the parameters of a call by name. Everything that isn't as the method wants it is the
/// parameter's own error, null is absent, and what nobody read is an error too.
package struct ParameterReader {
    /// Nil if the call has no parameters.
    private let container: KeyedDecodingContainer<FieldName>?
    private var known: [String] = []

    init(_ container: KeyedDecodingContainer<FieldName>?) {
        self.container = container
    }

    mutating func optional<Value: Decodable>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws(Service.Failure) -> Value? {
        known.append(name)
        do {
            return try container?.decodeIfPresent(type, forKey: FieldName(name))
        } catch {
            throw .invalidParameter(name)
        }
    }

    mutating func required<Value: Decodable>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws(Service.Failure) -> Value {
        guard let value = try optional(name, as: type) else { throw .invalidParameter(name) }
        return value
    }

    /// An address, a prefix or another text of at most `Bounds.textBytes`. What it means is judged
    /// where it is used.
    mutating func text(_ name: String) throws(Service.Failure) -> String {
        guard let text = try optionalText(name) else { throw .invalidParameter(name) }
        return text
    }

    mutating func optionalText(_ name: String) throws(Service.Failure) -> String? {
        guard let text = try optional(name, as: String.self) else { return nil }
        guard Self.isBounded(text) else { throw .invalidParameter(name) }
        return text
    }

    /// Several of `text`.
    mutating func texts(_ name: String, atMost limit: Int) throws(Service.Failure) -> [String] {
        let texts = try required(name, as: [String].self)
        guard texts.count <= limit, texts.allSatisfy(Self.isBounded) else {
            throw .invalidParameter(name)
        }
        return texts
    }

    mutating func optionalInteger<Value: FixedWidthInteger & Decodable>(
        _ name: String,
        in range: ClosedRange<Value>
    ) throws(Service.Failure) -> Value? {
        guard let value = try optional(name, as: Value.self) else { return nil }
        guard range.contains(value) else { throw .invalidParameter(name) }
        return value
    }

    func rejectUnread() throws(Service.Failure) {
        try container?.rejectFields(except: known)
    }

    private static func isBounded(_ text: String) -> Bool {
        (1...Bounds.textBytes).contains(text.utf8.count)
    }
}

/// The name of a field, whatever it is.
struct FieldName: CodingKey {
    let stringValue: String

    init(_ name: String) {
        stringValue = name
    }

    init(stringValue: String) {
        self.init(stringValue)
    }

    /// Fields have names only.
    init?(intValue: Int) {
        nil
    }

    var intValue: Int? { nil }
}

extension KeyedDecodingContainer<FieldName> {
    /// Throws the first, in the order of their letters, that isn't known.
    func rejectFields(except known: [String]) throws(Service.Failure) {
        let unknown = allKeys.lazy.map(\.stringValue).filter { !known.contains($0) }.min()
        if let unknown { throw .invalidParameter(unknown.echoed) }
    }
}
