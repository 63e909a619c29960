import Control
import Facts
import FoundationEssentials
import Testing

@Suite("The interface's text")
struct InterfaceTests {
    let interface: InterfaceText

    init() throws {
        interface = try InterfaceText(Interface.peers.text)
    }

    @Test("is the shipped file, letter by letter")
    func isTheFile() throws {
        let sources = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(sources)/Sources/Control/org.peerd.Peers.varlink"
        #expect(
            Interface.peers.text
                == String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        )
    }

    @Test("has a comment before each method and error, and lines of at most 100 columns")
    func isDocumented() {
        var previous: Substring = ""
        for line in Interface.peers.text.split(separator: "\n", omittingEmptySubsequences: false) {
            #expect(line.count <= 100)
            if line.hasPrefix("method ") || line.hasPrefix("error ") {
                #expect(previous.hasPrefix("# "), "\(line)")
            }
            previous = line
        }
    }

    @Test("describes itself by its name", arguments: Interface.allCases)
    func namesItself(_ interface: Interface) throws {
        #expect(try InterfaceText(interface.text).name == interface.rawValue)
        let reply = try Service.GetInterfaceDescription(interface: interface.rawValue).reply()
        #expect(reply.description == interface.text)
    }

    @Test("isn't given for an interface that isn't there")
    func unknownInterface() {
        #expect(throws: Service.Failure.interfaceNotFound("org.example")) {
            try Service.GetInterfaceDescription(interface: "org.example").reply()
        }
    }

    @Test("has the methods that calls have", arguments: Interface.allCases)
    func methods(_ interface: Interface) throws {
        let declared = try InterfaceText(interface.text).methods.keys
        let known = Method.allCases.filter { $0.interface == interface }.map(\.member)
        #expect(Set(declared) == Set(known))
    }

    @Test("has the errors that there are")
    func errors() throws {
        let known =
            Refusal.Name.allCases.map(\.pascalCase) + DialFailure.Name.allCases.map(\.pascalCase)
            + Ending.Name.allCases.map(\.pascalCase)
        #expect(Set(interface.errors.keys) == Set(known))
        #expect(Set(Samples.refusals.map(\.name)) == Set(Refusal.Name.allCases))
        #expect(Set(Samples.dialFailures.map(\.name)) == Set(DialFailure.Name.allCases))
        #expect(Set(Samples.endings.map(\.name)) == Set(Ending.Name.allCases))
        let service = try InterfaceText(Interface.service.text)
        #expect(Set(service.errors.keys) == Set(Service.Failure.Name.allCases.map(\.rawValue)))
        #expect(Set(Samples.serviceFailures.map(\.name)) == Set(Service.Failure.Name.allCases))
    }

    @Test("has the members of each enumeration in the same order")
    func enumerations() {
        let known: [String: [String]] = [
            "Kind": ShownKind.allCases.map(\.camelCase),
            "Phase": Phase.Name.allCases.map(\.camelCase),
            "ShownPhase": ShownPhase.allCases.map(\.camelCase),
            "BanOrigin": Ban.Origin.allCases.map(\.camelCase),
            "EventName": Peers.EventName.allCases.map(\.camelCase),
            "Way": Way.allCases.map(\.camelCase),
            "Rule": Rule.Name.allCases.map(\.camelCase),
            "LogLevel": Peers.LogLevel.allCases.map(\.rawValue),
            "StorageState": Peers.StorageState.allCases.map(\.rawValue),
        ]
        #expect(interface.enumerations == known)
    }

    /// The other direction of each check follows from the samples: every declared field was
    /// written.
    @Test("declares what is written, and nothing else")
    func writtenAsDeclared() throws {
        var seen = Coverage()
        try checkReplies(&seen)
        try checkErrors(&seen)
        #expect(seen.problems == [])

        for (type, fields) in interface.structures.merging(
            interface.errors,
            uniquingKeysWith: { $1 }
        ) {
            for field in fields {
                #expect(seen.present.contains("\(type).\(field.name)"), "\(type).\(field.name)")
                if field.isOptional {
                    #expect(seen.absent.contains("\(type).\(field.name)"), "\(type).\(field.name)")
                }
            }
        }
        // Only calls name a log level, or a phase as it is shown.
        for (type, members) in interface.enumerations
        where !["LogLevel", "ShownPhase"].contains(type) {
            for member in members {
                #expect(seen.members.contains("\(type).\(member)"), "\(type).\(member)")
            }
        }
    }

    private func checkReplies(_ seen: inout Coverage) throws {
        let service = try InterfaceText(Interface.service.text)
        for sample in ReplySample.all {
            let own = sample.method.interface == .peers ? interface : service
            let gives = try #require(own.methods[sample.method.member]).gives
            let parameters = try #require(JSON(sample.encode(false).dropLast())["parameters"])
            own.check(parameters, has: gives, of: sample.method.member, &seen)
        }
        for method in Method.allCases {
            #expect(ReplySample.all.contains { $0.method == method }, "\(method)")
        }
    }

    private func checkErrors(_ seen: inout Coverage) throws {
        for cause in Samples.causes {
            var message: [UInt8] = []
            cause.encode(into: &message)
            let reply = try JSON(message.dropLast())
            guard case .string(let error) = reply["error"] else {
                throw Unnamed(cause: cause)
            }
            let name = String(error.dropFirst("org.peerd.Peers.".count))
            let fields = try #require(interface.errors[name], "\(error)")
            let parameters = try #require(reply["parameters"])
            interface.check(parameters, has: fields, of: name, &seen)
        }
        let service = try InterfaceText(Interface.service.text)
        for failure in Samples.serviceFailures {
            var message: [UInt8] = []
            failure.encode(into: &message)
            let reply = try JSON(message.dropLast())
            #expect(reply["error"] == .string("org.varlink.service.\(failure.name.rawValue)"))
            let fields = try #require(service.errors[failure.name.rawValue])
            let parameters = try #require(reply["parameters"])
            service.check(parameters, has: fields, of: failure.name.rawValue, &seen)
        }
    }

    private struct Unnamed: Error {
        let cause: Cause
    }
}
