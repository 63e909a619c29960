import Control
import Facts
import FoundationEssentials
import Testing

/// docs/control-interface.md shows what is sent and answered: all of it is real.
@Suite("The document of the interface")
struct DocumentTests {
    private let lines: [Substring]

    init() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let data = try Data(contentsOf: URL(filePath: "/\(root)/docs/control-interface.md"))
        lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    }

    @Test("has every method and error in a table")
    func isComplete() {
        let members =
            Method.allCases.filter { $0.interface == .peers }.map(\.member)
            + Refusal.Name.allCases.map(\.pascalCase)
            + DialFailure.Name.allCases.map(\.pascalCase) + Ending.Name.allCases.map(\.pascalCase)
            + Service.Failure.Name.allCases.map(\.rawValue)
        for member in members {
            #expect(lines.contains { $0.hasPrefix("| `\(member)` |") }, "\(member)")
        }
    }

    @Test("says of each method whether it changes something and streams")
    func methods() throws {
        for method in Method.allCases where method.interface == .peers {
            let line = try #require(lines.first { $0.hasPrefix("| `\(method.member)` |") })
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.filter { $0 != " " }
            }
            #expect((cells[2] == "yes") == method.changes, "\(line)")
            #expect((cells[3] == "yes") == method.expectsMore, "\(line)")
        }
    }

    @Test("shows calls that are read, and replies as they are declared")
    func examples() throws {
        let interfaces: [Interface: InterfaceText] = [
            .peers: try InterfaceText(Interface.peers.text),
            .service: try InterfaceText(Interface.service.text),
        ]
        var call: Result<Call, Service.Failure>?
        var name = ""
        var seen = Coverage()
        var count = 0
        for line in lines {
            if line.hasPrefix("    > ") {
                call = try CallMessage(decoding: Array(line.dropFirst(6).utf8)).call
                name = try #require(line.split(separator: "\"").dropFirst(3).first).description
            } else if line.hasPrefix("    < ") {
                count += 1
                let reply = try JSON(Array(line.dropFirst(6).utf8))
                let parameters = try #require(reply["parameters"])
                let (owner, fields) = try declaration(of: reply, to: name, in: interfaces)
                interfaces[.peers]?.check(parameters, has: fields, of: owner, &seen)
                try checkError(reply, to: call)
            }
        }
        #expect(seen.problems == [])
        #expect(count > 20)
    }

    /// What the text of the interface says of a reply's parameters.
    private func declaration(
        of reply: JSON,
        to method: String,
        in interfaces: [Interface: InterfaceText]
    ) throws -> (owner: String, fields: [InterfaceText.Field]) {
        if case .string(let error) = reply["error"] {
            let parts = error.split(separator: ".")
            let interface = try #require(
                Interface(rawValue: parts.dropLast().joined(separator: "."))
            )
            let name = String(try #require(parts.last))
            return (name, try #require(interfaces[interface]?.errors[name]))
        }
        let known = try #require(Method(rawValue: method))
        let gives = try #require(interfaces[known.interface]?.methods[known.member]).gives
        return (known.member, gives)
    }

    /// What is wrong with a call is what its answer says, and only that.
    private func checkError(_ reply: JSON, to call: Result<Call, Service.Failure>?) throws {
        guard case .failure(let failure) = try #require(call) else {
            if case .string(let error) = reply["error"] { #expect(error.hasPrefix("org.peerd.")) }
            return
        }
        var bytes: [UInt8] = []
        failure.encode(into: &bytes)
        #expect(try JSON(bytes.dropLast()) == reply)
    }
}
