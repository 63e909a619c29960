import Control
import Facts
import Testing

/// A call of some method, with its type erased so that all can stand in one table.
struct CallSample: Sendable, CustomTestStringConvertible {
    let call: Call
    let encode: @Sendable (_ isOneway: Bool) -> [UInt8]

    var testDescription: String { "\(call)" }

    init(_ call: Call, _ parameters: some MethodParameters) {
        self.call = call
        encode = { isOneway in
            var bytes: [UInt8] = []
            parameters.encode(into: &bytes, isOneway: isOneway)
            return bytes
        }
    }

    static let all: [CallSample] = [
        CallSample(.getInfo, Service.GetInfo()),
        CallSample(.status, Peers.Status()),
        CallSample(.totals, Peers.Totals()),
        CallSample(.listBans, Peers.ListBans()),
        CallSample(.reload, Peers.Reload()),
        CallSample(.getConfiguration, Peers.GetConfiguration()),
        CallSample(.compareConfiguration, Peers.CompareConfiguration()),
        sample(Call.getInterfaceDescription, .init(interface: "org.peerd.Peers")),
        sample(Call.connect, .init(address: "203.0.113.7:9108")),
        sample(Call.connect, .init(address: "\"a\\\u{1}é", timeoutUSec: Bounds.timeoutUSec)),
        sample(Call.addPersistent, .init(address: "peer.example.org:9108")),
        sample(Call.disconnect, .init(.id(1))),
        sample(Call.disconnect, .init(.address("203.0.113.7"))),
        sample(Call.remove, .init(.id(1_099_511_627_775))),
        sample(Call.remove, .init(.address("peer.example.org:9108"))),
        sample(Call.list, .init()),
        sample(Call.list, .init(kind: .persistent, phase: .ready)),
        sample(Call.monitor, .init()),
        sample(Call.monitor, .init(events: Peers.EventName.allCases)),
        sample(Call.explain, .init(address: "203.0.113.7")),
        sample(Call.history, .init()),
        sample(Call.history, .init(limit: Bounds.history)),
        sample(Call.ban, .init(prefix: "198.51.100.0/24")),
        sample(Call.ban, .init(prefix: "2001:db8::/48", durationUSec: .max)),
        sample(Call.unban, .init(prefix: "198.51.100.0/24")),
        sample(Call.addAddresses, .init(addresses: [])),
        sample(Call.addAddresses, .init(addresses: ["a.example:1", "b.example:2"])),
        sample(Call.setNetworkActive, .init(active: false)),
        sample(Call.setLogLevel, .init(level: .debug)),
    ]

    private static func sample<Parameters: MethodParameters>(
        _ make: (Parameters) -> Call,
        _ parameters: Parameters
    ) -> CallSample {
        CallSample(make(parameters), parameters)
    }
}

@Suite("A call")
struct CallTests {
    @Test("is read as it was written", arguments: CallSample.all)
    func roundTrip(_ sample: CallSample) throws {
        let message = sample.encode(false)
        #expect(message.last == 0 && !message.dropLast().contains(0))
        let read = try CallMessage(decoding: message.dropLast())
        #expect(try read.call.get() == sample.call)
        #expect(!read.isOneway)
        #expect(read.wantsMore == sample.call.method.expectsMore)
    }

    @Test("has a sample for each method")
    func everyMethod() {
        for method in Method.allCases {
            #expect(CallSample.all.contains { $0.call.method == method }, "\(method)")
        }
    }

    @Test("that wants no reply says so", arguments: CallSample.all)
    func oneway(_ sample: CallSample) throws {
        let read = try CallMessage(decoding: sample.encode(true).dropLast())
        #expect(read.isOneway)
        if sample.call.method.expectsMore {
            // There would be nobody to stream to.
            #expect(read.call == .failure(.invalidParameter("more")))
        } else {
            #expect(try read.call.get() == sample.call)
        }
    }

    @Test("changes something or only reads")
    func permissions() {
        let reading = Method.allCases.filter { !$0.changes }
        #expect(
            reading == [
                .getInfo, .getInterfaceDescription, .list, .status, .totals, .monitor, .explain,
                .history, .listBans, .getConfiguration, .compareConfiguration,
            ]
        )
        for sample in CallSample.all { #expect(sample.call.changes == sample.call.method.changes) }
    }

    @Test(
        "that streams must be asked for more",
        arguments: Method.allCases.filter(\.expectsMore)
    )
    func expectedMore(_ method: Method) throws {
        for more in ["", #", "more": false"#, #", "more": null"#] {
            let message = #"{"method": "\#(method.rawValue)"\#(more)}"#
            let read = try CallMessage(decoding: Array(message.utf8))
            #expect(read.call == .failure(.expectedMore))
        }
    }

    struct Envelope: CustomTestStringConvertible {
        var text: String
        var expected: Result<Call, Service.Failure>
        var isOneway = false
        var wantsMore = false
        var testDescription: String { text }
    }

    @Test(
        "is read or refused as a whole",
        arguments: [
            Envelope(text: #"{"method":"org.peerd.Peers.Status"}"#, expected: .success(.status)),
            Envelope(
                text: #" { "method" : "org.peerd.Peers.Status", "parameters" : {} } "#,
                expected: .success(.status)
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","parameters":null,"oneway":null}"#,
                expected: .success(.status)
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","more":true}"#,
                expected: .success(.status),
                wantsMore: true
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","more":false,"upgrade":false}"#,
                expected: .success(.status)
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","upgrade":true}"#,
                expected: .failure(.invalidParameter("upgrade"))
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","oneway":1}"#,
                expected: .failure(.invalidParameter("oneway"))
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","more":"yes"}"#,
                expected: .failure(.invalidParameter("more"))
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","parameters":[]}"#,
                expected: .failure(.invalidParameter("parameters"))
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","parameter":{}}"#,
                expected: .failure(.invalidParameter("parameter"))
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.Status","oneway":true,"z":1,"b":1}"#,
                expected: .failure(.invalidParameter("b")),
                isOneway: true
            ),
            Envelope(text: "{}", expected: .failure(.invalidParameter("method"))),
            Envelope(text: #"{"method":7}"#, expected: .failure(.invalidParameter("method"))),
            Envelope(text: #"{"method":null}"#, expected: .failure(.invalidParameter("method"))),
            Envelope(text: #"{"method":""}"#, expected: .failure(.interfaceNotFound(""))),
            Envelope(
                text: #"{"method":"Status"}"#,
                expected: .failure(.interfaceNotFound("Status"))
            ),
            Envelope(
                text: #"{"method":"org.example.Status"}"#,
                expected: .failure(.interfaceNotFound("org.example"))
            ),
            Envelope(
                text: #"{"method":"org.peerd.Peers.status"}"#,
                expected: .failure(.methodNotFound("org.peerd.Peers.status"))
            ),
            Envelope(
                text: #"{"method":"org.varlink.service.Status"}"#,
                expected: .failure(.methodNotFound("org.varlink.service.Status"))
            ),
        ]
    )
    func envelope(_ example: Envelope) throws {
        let read = try CallMessage(decoding: Array(example.text.utf8))
        #expect(read.call == example.expected)
        #expect(read.isOneway == example.isOneway)
        #expect(read.wantsMore == example.wantsMore)
    }
}
