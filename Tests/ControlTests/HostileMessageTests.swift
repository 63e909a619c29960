import Control
import Testing

/// What a local client can send to do harm. It gets an error or a closed connection; nothing traps,
/// and the work is bounded.
@Suite("A hostile message")
struct HostileMessageTests {
    struct Case: CustomTestStringConvertible {
        var name: String
        var message: [UInt8]
        var error: MessageError
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ error: MessageError = .notAnObject) {
            self.init(name, bytes: Array(text.utf8), error)
        }

        init(_ name: String, bytes: [UInt8], _ error: MessageError = .notAnObject) {
            self.name = name
            self.message = bytes
            self.error = error
        }
    }

    private static func nested(_ depth: Int) -> String {
        let inner = depth - 2
        return #"{"method":"org.peerd.Peers.Status","parameters":{"a":"#
            + String(repeating: "[", count: inner) + String(repeating: "]", count: inner) + "}}"
    }

    @Test(
        "closes the connection",
        arguments: [
            Case("nothing", ""),
            Case("no JSON", "GET / HTTP/1.1"),
            Case("half an object", #"{"method":"#),
            Case("two objects", "{}{}"),
            Case("a comment", "{} // x"),
            Case("an array", "[]"),
            Case("a text", #""org.peerd.Peers.Status""#),
            Case("null", "null"),
            Case(
                "bytes that aren't UTF-8",
                bytes: Array(#"{"method":""#.utf8) + [0xff, 0x22, 0x7d]
            ),
            Case("an overlong slash", bytes: Array(#"{"a":""#.utf8) + [0xc0, 0xaf, 0x22, 0x7d]),
            Case("a surrogate", bytes: Array(#"{"a":""#.utf8) + [0xed, 0xa0, 0x80, 0x22, 0x7d]),
            Case("UTF-16", bytes: [0xfe, 0xff, 0x01, 0x7b]),
            Case("deep", String(repeating: "[", count: 1 << 20), .tooComplex),
            Case("deep objects", String(repeating: #"{"a":"#, count: 100_000), .tooComplex),
            Case("one too deep", nested(9), .tooComplex),
            Case("many items", "[" + String(repeating: "1,", count: 1 << 19) + "1]", .tooComplex),
            Case(
                "many escapes",
                "\"" + String(repeating: #"\n"#, count: 2_049) + "\"",
                .tooComplex
            ),
            Case("many keys", "{" + String(repeating: #""a":1,"#, count: 150_000), .tooComplex),
        ]
    )
    func closes(_ example: Case) {
        #expect(throws: example.error) { try CallMessage(decoding: example.message) }
    }

    private func read(_ text: String) throws -> Result<Call, Service.Failure> {
        try CallMessage(decoding: Array(text.utf8)).call
    }

    @Test("as deep or as full as one may be is read")
    func atTheLimit() throws {
        #expect(try read(Self.nested(8)) == .failure(.invalidParameter("a")))
        for (commas, expected) in [(2_046, nil), (2_047, MessageError.tooComplex)] {
            let list = "[" + String(repeating: "1,", count: commas) + "1]"
            let text = #"{"parameters":\#(list)}"#
            if let expected {
                #expect(throws: expected) { try read(text) }
            } else {
                #expect(try read(text) == .failure(.invalidParameter("method")))
            }
        }
    }

    @Test("with brackets in texts is as deep as it is")
    func bracketsInTexts() throws {
        let text = String(repeating: #"[{,\"\\"#, count: 70)
        let call = try read(
            #"{"method":"org.peerd.Peers.Explain","parameters":{"address":"\#(text)"}}"#
        )
        let expected = String(repeating: #"[{,"\"#, count: 70)
        #expect(try call.get() == .explain(Peers.Explain(address: expected)))
    }

    @Test(
        "with a number that no field can have is refused by name",
        arguments: [
            "9223372036854775808", "-9223372036854775809", "1e400", "-1e400", "1.5", "0.1e0", "01",
            "-",
            "+1", "0x10", "1_000", "NaN", "Infinity", "1" + String(repeating: "0", count: 100_000),
        ]
    )
    func numbers(_ number: String) {
        let text = #"""
            {"method":"org.peerd.Peers.Ban","parameters":{"prefix":"a","durationUSec":\#(number)}}
            """#
        // Some of them aren't JSON: then the connection is closed.
        do {
            #expect(try read(text) == .failure(.invalidParameter("durationUSec")))
        } catch {
            #expect(error as? MessageError == .notAnObject)
        }
    }

    @Test("with a whole number in another spelling is read")
    func spelledNumbers() throws {
        for (spelling, value) in [("1e3", 1_000), ("2.0", 2), ("10E-1", 1)] as [(String, Int64)] {
            let text = #"""
                {"method":"org.peerd.Peers.Ban","parameters":{"prefix":"a","durationUSec":\#(spelling)}}
                """#
            #expect(try read(text).get() == .ban(Peers.Ban(prefix: "a", durationUSec: value)))
        }
    }

    @Test("with a key twice counts once, with the first value")
    func duplicateKeys() throws {
        let text = #"""
            {"method":"org.peerd.Peers.Unban","parameters":{"prefix":"a","prefix":"b"},
            "method":"org.peerd.Peers.Reload"}
            """#
        #expect(try read(text).get() == .unban(Peers.Unban(prefix: "a")))
    }

    @Test(
        "with a broken escape is refused",
        arguments: [#"\ud800"#, #"\udc00\ud800"#, #"\x"#, #"\u12"#]
    )
    func escapes(_ escape: String) {
        let text = #"{"method":"org.peerd.Peers.Unban","parameters":{"prefix":"\#(escape)"}}"#
        do {
            #expect(try read(text) == .failure(.invalidParameter("prefix")))
        } catch {
            #expect(error as? MessageError == .notAnObject)
        }
    }

    @Test("with a zero in the middle is two messages, of which neither is one")
    func zeroInTheMiddle() throws {
        var framer = MessageFramer()
        framer.append(Array("{\"method\":\"org.peerd.Peers.\0Status\"}\0".utf8)[...])
        for _ in 0..<2 {
            let message = try #require(try framer.next())
            #expect(throws: MessageError.notAnObject) { try CallMessage(decoding: message) }
        }
    }

    @Test("with a long name gets a short one back")
    func echoes() throws {
        let long = String(repeating: "é", count: 300_000)
        let short = String(repeating: "é", count: 126) + "\u{fffd}…"
        let unknown = #"{"method":"org.peerd.Peers.Status","\#(long)":1}"#
        let plain = String(repeating: "?", count: 256)
        #expect(try read(unknown) == .failure(.invalidParameter(plain)))
        #expect(try read(#"{"method":"\#(long)"}"#) == .failure(.interfaceNotFound(short)))
    }

    struct Key: CustomTestStringConvertible {
        /// As it stands in the message.
        var written: String
        /// As it is refused.
        var refused: String
        var testDescription: String { "\(written.utf8.count) bytes: \(refused.prefix(20))" }
    }

    private static let longest = String(repeating: "k", count: 512)

    @Test(
        "with a key that is no word is refused by a plain one",
        arguments: [
            Key(written: "clé", refused: "cl??"),
            Key(written: "cle\u{301}", refused: "cle??"),
            Key(written: #"m\u0065thod"#, refused: "m?u0065thod"),
            Key(written: #"a\"b\\"#, refused: "a??b??"),
            Key(written: #"\ud800"#, refused: "?ud800"),
            Key(written: "?", refused: "?"),
            Key(written: longest, refused: String(longest.prefix(253)) + "…"),
            Key(written: longest + "k", refused: String(longest.prefix(255)) + "?"),
            Key(
                written: String(repeating: "é", count: 300),
                refused: String(repeating: "?", count: 256)
            ),
        ]
    )
    func foreignKeys(_ key: Key) throws {
        let status = #""method":"org.peerd.Peers.Status""#
        for text in [
            #"{"\#(key.written)":1,\#(status)}"#,
            #"{\#(status),"\#(key.written)" : null}"#,
            #"{\#(status),"parameters":{"\#(key.written)"  :{"a":"b"}}}"#,
        ] {
            #expect(try read(text) == .failure(.invalidParameter(key.refused)), "\(text)")
        }
        // As a value it means nothing, and it isn't a key.
        let value = #"{\#(status),"a":["\#(key.written)"]}"#
        do {
            #expect(try read(value) == .failure(.invalidParameter("a")))
        } catch {
            #expect(error as? MessageError == .notAnObject)
        }
    }

    @Test("with a word that is none names no method, interface, kind or level")
    func foreignWords() throws {
        let method = "org.peerd.Peers.Status\u{301}"
        #expect(try read(#"{"method":"\#(method)"}"#) == .failure(.methodNotFound(method)))
        #expect(
            try read(#"{"method":"org.peerd.Peers\#u{301}.Status"}"#)
                == .failure(.interfaceNotFound("org.peerd.Peers\u{301}"))
        )
        for (method, parameter, value) in [
            ("List", "kind", #""outbound\#u{327}""#), ("List", "phase", #""Dialing""#),
            ("Monitor", "events", #"["ready\#u{301}"]"#), ("SetLogLevel", "level", #""débug""#),
        ] {
            let text = #"""
                {"method":"org.peerd.Peers.\#(method)","parameters":{"\#(parameter)":\#(value)},"more":true}
                """#
            #expect(try read(text) == .failure(.invalidParameter(parameter)), "\(text)")
        }
    }

    /// Of 300 kB, a text that is compared or hashed takes a minute.
    @Test(
        "with marks that Unicode would sort takes no longer than another of its length",
        arguments: [
            #"{"_":1}"#, #"{"a":{"_":1}}"#, #"{"parameters":{"_":1}}"#, #"{"method":"_"}"#,
            #"{"method":"org.peerd.Peers._"}"#, #"{"method":"_._"}"#,
            #"{"method":"org.peerd.Peers.Explain","parameters":{"address":"_"}}"#,
            #"{"method":"org.peerd.Peers.AddAddresses","parameters":{"addresses":["_"]}}"#,
            #"{"method":"org.peerd.Peers.List","parameters":{"kind":"_"},"more":true}"#,
            #"{"method":"org.peerd.Peers.List","parameters":{"phase":"_"},"more":true}"#,
            #"{"method":"org.peerd.Peers.Monitor","parameters":{"events":["_"]},"more":true}"#,
            #"{"method":"org.peerd.Peers.SetLogLevel","parameters":{"level":"_"}}"#,
            #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"_"}}"#,
        ]
    )
    func marks(_ text: String) {
        let marks = String(repeating: "\u{301}\u{327}", count: 75_000)
        let message = Array(text.split(separator: "_").joined(separator: marks).utf8)
        let time = ProcessorTime.of {
            for _ in 0..<2 {
                if let call = try? CallMessage(decoding: message).call {
                    #expect(throws: Service.Failure.self) { try call.get() }
                }
                _ = try? ReplyMessage<Peers.List.Reply>(decoding: message)
            }
        }
        #expect(time < .seconds(2))
    }

    /// Seeded, so that a failure can be seen again.
    @Test("of random bytes, or a damaged call, is an error or a call", arguments: 0..<8)
    func random(_ seed: UInt64) {
        var random = Chance(state: seed)
        let calls = CallSample.all.map { Array($0.encode(false).dropLast()) }
        for _ in 0..<1_000 {
            var message =
                Bool.random(using: &random)
                ? calls.randomElement(using: &random) ?? []
                : (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                    UInt8.random(in: 1...255, using: &random)
                }
            for _ in 0..<Int.random(in: 0...4, using: &random) where !message.isEmpty {
                let index = message.indices.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: message[index] = UInt8.random(in: 1...255, using: &random)
                case 1: message.remove(at: index)
                default: message.insert(contentsOf: message[index...].prefix(20), at: index)
                }
            }
            // Nothing traps, and what is read can be asked for its method.
            if let call = try? CallMessage(decoding: message).call.get() { _ = call.changes }
            _ = try? ReplyMessage<Peers.List.Reply>(decoding: message)
        }
    }
}

/// A small generator (Sebastiano Vigna's SplitMix64).
struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
