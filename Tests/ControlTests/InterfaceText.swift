/// An interface in varlink's language, parsed: enough of the language for ours, and strict.
struct InterfaceText {
    indirect enum FieldType: Equatable {
        case bool, int, float, string, object
        case named(String)
        case optional(FieldType)
        case array(FieldType)
    }

    struct Field: Equatable {
        var name: String
        var type: FieldType

        var isOptional: Bool {
            if case .optional = type { true } else { false }
        }
    }

    enum Member: Equatable {
        case structure([Field])
        case enumeration([String])
        case method(takes: [Field], gives: [Field])
        case error([Field])
    }

    struct SyntaxError: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var name = ""
    private(set) var members: [String: Member] = [:]
    private var tokens: ArraySlice<Substring>

    init(_ text: String) throws {
        tokens = try Self.tokens(of: text)[...]
        try expect("interface")
        name = String(try take())
        while !tokens.isEmpty { try readMember() }
        for member in members.values { try checkNames(in: member) }
    }

    // MARK: Members by sort

    var methods: [String: (takes: [Field], gives: [Field])] {
        members.compactMapValues {
            if case .method(let takes, let gives) = $0 { (takes, gives) } else { nil }
        }
    }

    var errors: [String: [Field]] {
        members.compactMapValues { if case .error(let fields) = $0 { fields } else { nil } }
    }

    var structures: [String: [Field]] {
        members.compactMapValues { if case .structure(let fields) = $0 { fields } else { nil } }
    }

    var enumerations: [String: [String]] {
        members.compactMapValues { if case .enumeration(let names) = $0 { names } else { nil } }
    }

    // MARK: Parsing

    private static func tokens(of text: String) throws -> [Substring] {
        var tokens: [Substring] = []
        for line in text.split(separator: "\n") {
            var rest = line.prefix { $0 != "#" }
            while let first = rest.first {
                if first == " " {
                    rest.removeFirst()
                } else if rest.hasPrefix("->") || rest.hasPrefix("[]") {
                    tokens.append(rest.prefix(2))
                    rest = rest.dropFirst(2)
                } else if "(),:?".contains(first) {
                    tokens.append(rest.prefix(1))
                    rest.removeFirst()
                } else {
                    let word = rest.prefix {
                        $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".")
                    }
                    guard !word.isEmpty else { throw SyntaxError(description: "'\(rest)'") }
                    tokens.append(word)
                    rest = rest.dropFirst(word.count)
                }
            }
        }
        return tokens
    }

    private mutating func take() throws -> Substring {
        guard let token = tokens.popFirst() else { throw SyntaxError(description: "ends early") }
        return token
    }

    private mutating func expect(_ expected: String) throws {
        let token = try take()
        guard token == expected else {
            throw SyntaxError(description: "\(expected) expected, found \(token)")
        }
    }

    private mutating func skip(_ token: String) -> Bool {
        guard tokens.first == token[...] else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func readMember() throws {
        let keyword = try take()
        let name = String(try take())
        guard name.first?.isUppercase == true, members[name] == nil else {
            throw SyntaxError(description: "\(name): no name for a member, or not its only one")
        }
        switch keyword {
        case "type": members[name] = try readType()
        case "error": members[name] = .error(try readFields())
        case "method":
            let takes = try readFields()
            try expect("->")
            members[name] = .method(takes: takes, gives: try readFields())
        default: throw SyntaxError(description: "\(keyword) \(name)")
        }
    }

    private mutating func readType() throws -> Member {
        guard tokens.dropFirst(2).first != ":" else { return .structure(try readFields()) }
        try expect("(")
        var names: [String] = []
        repeat { names.append(String(try take())) } while skip(",")
        try expect(")")
        return .enumeration(names)
    }

    private mutating func readFields() throws -> [Field] {
        try expect("(")
        guard !skip(")") else { return [] }
        var fields: [Field] = []
        repeat {
            let name = String(try take())
            try expect(":")
            fields.append(Field(name: name, type: try readFieldType()))
        } while skip(",")
        try expect(")")
        guard Set(fields.map(\.name)).count == fields.count else {
            throw SyntaxError(description: "a field twice: \(fields)")
        }
        return fields
    }

    private mutating func readFieldType() throws -> FieldType {
        if skip("?") { return .optional(try readFieldType()) }
        if skip("[]") { return .array(try readFieldType()) }
        let word = try take()
        switch word {
        case "bool": return .bool
        case "int": return .int
        case "float": return .float
        case "string": return .string
        case "object": return .object
        default: return .named(String(word))
        }
    }

    private func checkNames(in member: Member) throws {
        let fields: [Field] =
            switch member {
            case .structure(let fields), .error(let fields): fields
            case .method(let takes, let gives): takes + gives
            case .enumeration: []
            }
        for field in fields { try checkName(in: field.type) }
    }

    private func checkName(in type: FieldType) throws {
        switch type {
        case .bool, .int, .float, .string, .object: break
        case .optional(let inner), .array(let inner): try checkName(in: inner)
        case .named(let name):
            guard structures[name] != nil || enumerations[name] != nil else {
                throw SyntaxError(description: "no type \(name)")
            }
        }
    }
}
