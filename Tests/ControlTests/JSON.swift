import FoundationEssentials

/// Any JSON, read by FoundationEssentials, so that what the hand-written writer makes is judged by
/// another implementation.
enum JSON: Equatable, Decodable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(_ message: some Sequence<UInt8>) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(message))
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    subscript(name: String) -> JSON? {
        get {
            guard case .object(let fields) = self else { return nil }
            return fields[name]
        }
        set {
            guard case .object(var fields) = self else { return }
            fields[name] = newValue
            self = .object(fields)
        }
    }

    /// As text again. Only for texts that need no escape, which the tests' own are.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .string(let string): "\"\(string)\""
        case .array(let values): "[\(values.map(\.text).joined(separator: ","))]"
        case .object(let fields):
            "{" + fields.map { "\"\($0)\":\($1.text)" }.sorted().joined(separator: ",") + "}"
        }
    }

    var bytes: [UInt8] { Array(text.utf8) }
}
