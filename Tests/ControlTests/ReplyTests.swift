import Control
import Facts
import Testing

@Suite("A reply")
struct ReplyTests {
    @Test("is read as it was written", arguments: ReplySample.all)
    func roundTrip(_ sample: ReplySample) throws {
        for continues in [false, true] {
            let message = sample.encode(continues)
            #expect(message.last == 0 && !message.dropLast().contains(0))
            #expect(try sample.isReadBack(message.dropLast()))
            let flag = try JSON(message.dropLast())["continues"]
            #expect(flag == (continues ? .bool(true) : nil))
        }
    }

    @Test("goes behind what is in the buffer already")
    func appends() throws {
        var bytes: [UInt8] = [1, 2, 0]
        Peers.Disconnect.Reply(count: 1).encode(into: &bytes)
        Cause.refused(.notFound).encode(into: &bytes)
        let expected =
            #"{"parameters":{"count":1}}"# + "\0"
            + #"{"error":"org.peerd.Peers.NotFound","parameters":{}}"# + "\0"
        #expect(bytes == [1, 2, 0] + Array(expected.utf8))
    }

    /// Fields of a newer daemon are skipped; what this program relies on must be there.
    @Test("is refused without a field that must be there, and read without others")
    func damaged() throws {
        let interface = try InterfaceText(Interface.peers.text)
        for sample in ReplySample.all where sample.method.interface == .peers {
            let gives = try #require(interface.methods[sample.method.member]).gives
            let reply = try JSON(sample.encode(false).dropLast())
            let parameters = try #require(reply["parameters"])
            for damaged in interface.damages(to: parameters, of: gives) {
                var message = reply
                message["parameters"] = damaged
                #expect(throws: ReplyError.self, "\(message.text)") {
                    try sample.isReadBack(message.bytes)
                }
            }
            var extended = reply
            extended["parameters"]?["later"] = .integer(1)
            #expect(try sample.isReadBack(extended.bytes))
        }
    }

    private static let wording = Wording { "error \($0)" }

    @Test("can be an error of the interface", arguments: Samples.causes)
    func causes(_ cause: Cause) throws {
        var message: [UInt8] = []
        cause.encode(into: &message)
        let reply = try ReplyMessage<Peers.Connect.Reply>(decoding: message.dropLast())
        guard case .failure(.peers(let read)) = reply.result else {
            Issue.record("\(reply) is no error")
            return
        }
        #expect(!reply.continues)
        // Causes of different sorts may have one name: then they say and carry the same.
        #expect(read.sentence(Self.wording) == cause.sentence(Self.wording))
        var again: [UInt8] = []
        read.encode(into: &again)
        #expect(again == message)

        let interface = try InterfaceText(Interface.peers.text)
        let json = try JSON(message.dropLast())
        guard case .string(let error) = json["error"] else {
            Issue.record("\(json.text) names no error")
            return
        }
        let name = String(error.dropFirst("org.peerd.Peers.".count))
        let fields = try #require(interface.errors[name])
        for damaged in interface.damages(to: try #require(json["parameters"]), of: fields) {
            var message = json
            message["parameters"] = damaged
            #expect(throws: ReplyError.self, "\(message.text)") {
                try ReplyMessage<Peers.Connect.Reply>(decoding: message.bytes)
            }
        }
    }

    @Test("can be an error of varlink", arguments: Samples.serviceFailures)
    func serviceFailures(_ failure: Service.Failure) throws {
        var message: [UInt8] = []
        failure.encode(into: &message)
        let reply = try ReplyMessage<Peers.Connect.Reply>(decoding: message.dropLast())
        #expect(reply.result == .failure(.service(failure)))
    }

    @Test(
        "can be an error that only a newer daemon has",
        arguments: [
            "org.peerd.Peers.Later", "org.varlink.service.Later", "org.example.Error", "x", "",
        ]
    )
    func unknownErrors(_ name: String) throws {
        let message = Array(#"{"error":"\#(name)"}"#.utf8)
        let reply = try ReplyMessage<Done>(decoding: message)
        #expect(reply.result == .failure(.unknown(name: name)))
    }

    @Test("that is none is refused", arguments: ["", "{}", "[]", "nonsense", #"{"error":1}"#])
    func nonsense(_ text: String) {
        #expect(throws: ReplyError.self) {
            try ReplyMessage<Done>(decoding: Array(text.utf8))
        }
    }

    @Test("of an event that names another cause than its own is refused")
    func contradiction() {
        let text = """
            {"parameters":{"event":{"name":"resourcesExhausted","timeUnixUSec":1,"durationUSec":1,
            "cause":{"error":"NotFound","parameters":{}}}}}
            """
        #expect(throws: ReplyError.self) {
            try ReplyMessage<Peers.Monitor.Reply>(decoding: Array(text.utf8))
        }
    }
}
