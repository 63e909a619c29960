import Control
import Testing

/// The parameters that the interface's text declares, against what is read.
@Suite("The parameters of a call")
struct ParameterTests {
    static let methods: [Method] = Method.allCases

    private let interfaces: [Interface: InterfaceText]

    init() throws {
        interfaces = [
            .peers: try InterfaceText(Interface.peers.text),
            .service: try InterfaceText(Interface.service.text),
        ]
    }

    @Test("may be all that are declared, or only those that must be", arguments: methods)
    func declared(_ method: Method) throws {
        let fields = try fields(of: method)
        var all = try example(fields, of: method)
        var least = try example(fields.filter { !$0.isOptional }, of: method)
        if Self.selecting.contains(method) {
            all["address"] = nil
            least["id"] = .integer(1)
        }
        #expect(try read(method, all).get().method == method)
        #expect(try read(method, least).get().method == method)
        // Null is absent.
        var nulled = least
        for field in fields where field.isOptional && least[field.name] == nil {
            nulled[field.name] = .null
        }
        #expect(try read(method, nulled) == read(method, least))
    }

    @Test("are refused by name when one is missing, wrong or unknown", arguments: methods)
    func wrong(_ method: Method) throws {
        let fields = try fields(of: method)
        for field in fields {
            let rest = fields.filter { $0 != field && !$0.isOptional }
            var parameters = try example(rest, of: method)
            if !field.isOptional {
                expect(method, parameters, refuses: field.name)
                parameters[field.name] = .null
                expect(method, parameters, refuses: field.name)
            }
            for value in Self.wrongValues(for: field.type) {
                parameters[field.name] = value
                expect(method, parameters, refuses: field.name)
            }
        }
        var unknown = try example(fields, of: method)
        if Self.selecting.contains(method) { unknown["id"] = nil }
        unknown["unknown"] = .null
        expect(method, unknown, refuses: "unknown")
    }

    @Test("name exactly one of id and address", arguments: selecting)
    func selection(_ method: Method) {
        expect(method, .object([:]), refuses: "id")
        let both = JSON.object(["id": .integer(1), "address": .string("a.example:1")])
        expect(method, both, refuses: "address")
    }

    struct Range: Sendable, CustomTestStringConvertible {
        var method: Method
        var name: String
        var accepted: [JSON]
        var refused: [JSON]
        var testDescription: String { "\(method.member) \(name)" }
    }

    @Test(
        "are accepted up to their bounds and refused one past",
        arguments: [
            Range(
                method: .connect,
                name: "timeoutUSec",
                accepted: [.integer(1), .integer(Bounds.timeoutUSec)],
                refused: [.integer(0), .integer(-1), .integer(Bounds.timeoutUSec + 1)]
            ),
            Range(
                method: .ban,
                name: "durationUSec",
                accepted: [.integer(1), .integer(.max)],
                refused: [.integer(0), .integer(.min)]
            ),
            Range(
                method: .history,
                name: "limit",
                accepted: [.integer(1), .integer(1_000)],
                refused: [.integer(0), .integer(1_001)]
            ),
            Range(
                method: .disconnect,
                name: "id",
                accepted: [.integer(1), .integer(.max)],
                refused: [.integer(0), .integer(-1)]
            ),
            Range(
                method: .addPersistent,
                name: "address",
                accepted: [.string("a"), text(512)],
                refused: [.string(""), text(513)]
            ),
            Range(
                method: .addAddresses,
                name: "addresses",
                accepted: [.array([]), .array(Array(repeating: text(512), count: 1_000))],
                refused: [.array(Array(repeating: text(1), count: 1_001)), .array([text(513)])]
            ),
            Range(
                method: .monitor,
                name: "events",
                accepted: [
                    .array([.string("ready")]),
                    .array(Array(repeating: .string("ready"), count: 29)),
                ],
                refused: [.array([]), .array(Array(repeating: .string("ready"), count: 30))]
            ),
        ]
    )
    func bounds(_ range: Range) throws {
        let required = try fields(of: range.method).filter { !$0.isOptional }
        var parameters = try example(required, of: range.method)
        for value in range.accepted {
            parameters[range.name] = value
            #expect(throws: Never.self) { try read(range.method, parameters).get() }
        }
        for value in range.refused {
            parameters[range.name] = value
            expect(range.method, parameters, refuses: range.name)
        }
    }

    // MARK: Making calls

    /// Those with exactly one of two parameters, which the interface's language can't say.
    static let selecting: [Method] = [.disconnect, .remove]

    private static func text(_ length: Int) -> JSON {
        .string(String(repeating: "a", count: length))
    }

    private func fields(of method: Method) throws -> [InterfaceText.Field] {
        try #require(interfaces[method.interface]?.methods[method.member]).takes
    }

    private func example(_ fields: [InterfaceText.Field], of method: Method) throws -> JSON {
        var values: [String: JSON] = [:]
        for field in fields { values[field.name] = try example(field.type, of: method) }
        return .object(values)
    }

    private func example(_ type: InterfaceText.FieldType, of method: Method) throws -> JSON {
        switch type {
        case .bool: .bool(true)
        case .int: .integer(1)
        case .float: .number(0.5)
        case .string: .string("a.example:1")
        case .object: .object([:])
        case .optional(let inner): try example(inner, of: method)
        case .array(let element): .array([try example(element, of: method)])
        case .named(let name):
            .string(try #require(interfaces[method.interface]?.enumerations[name]?.last))
        }
    }

    private static func wrongValues(for type: InterfaceText.FieldType) -> [JSON] {
        switch type {
        case .optional(let inner): wrongValues(for: inner)
        case .bool: [.integer(1), .string("true"), .array([]), .object([:])]
        case .int: [.string("1"), .number(1.5), .bool(true), .array([]), .object([:])]
        case .float: [.string("1"), .bool(true)]
        case .string: [.integer(1), .bool(true), .array([]), .object([:])]
        case .object: [.string("x"), .array([])]
        case .array: [.string("x"), .object([:]), .array([.integer(1)]), .array([.null])]
        case .named: [.string("none"), .string(""), .integer(0), .array([])]
        }
    }

    private func read(_ method: Method, _ parameters: JSON) throws -> Result<Call, Service.Failure>
    {
        let call = JSON.object([
            "method": .string(method.rawValue),
            "parameters": parameters,
            "more": .bool(method.expectsMore),
        ])
        return try CallMessage(decoding: call.bytes).call
    }

    private func expect(_ method: Method, _ parameters: JSON, refuses name: String) {
        #expect(throws: Service.Failure.invalidParameter(name), "\(parameters.text.prefix(200))") {
            try read(method, parameters).get()
        }
    }
}
