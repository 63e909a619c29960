import Control
import Facts
import Testing

/// Seen through replies, and read by another implementation.
@Suite("Written JSON")
struct JSONWriterTests {
    private func written(_ reply: some ReplyParameters) throws -> JSON? {
        var bytes: [UInt8] = []
        reply.encode(into: &bytes)
        return try JSON(bytes.dropLast())["parameters"]
    }

    @Test("escapes every character that must be, a zero included")
    func escapes() throws {
        let controls = String((0..<0x20).compactMap { UnicodeScalar($0).map(Character.init) })
        let texts = [
            "", "plain", controls, "\"", "\\", "a\"b\\c", "é€𝄞", "\u{7f}\u{80}\u{2028}\u{2029}",
            "\0",
            "\u{FEFF}\u{FFFF}\u{10FFFF}", controls + "é\"" + String(repeating: "x", count: 100),
        ]
        for text in texts {
            let reply = Service.GetInterfaceDescription.Reply(description: text)
            #expect(try written(reply)?["description"] == .string(text))
            var bytes: [UInt8] = []
            reply.encode(into: &bytes)
            #expect(bytes.firstIndex(of: 0) == bytes.count - 1)
        }
    }

    @Test(
        "has whole numbers to their ends",
        arguments: [.min, .min + 1, -10, -1, 0, 1, 9, 10, 99, 100, .max - 1, .max] as [Int64]
    )
    func integers(_ number: Int64) throws {
        let reply = Peers.AddAddresses.Reply(added: Int(number), known: 0)
        #expect(try written(reply)?["added"] == .integer(number))
    }

    @Test(
        "has fractions as they are",
        arguments: [0, 0.1, 1, 1e-7, 0.85, 1.0 / 3, .leastNonzeroMagnitude, 1e300]
    )
    func fractions(_ chance: Double) throws {
        var bytes: [UInt8] = []
        Cause.refused(.flooded(chance: chance)).encode(into: &bytes)
        let reply = try ReplyMessage<Done>(decoding: bytes.dropLast())
        #expect(reply.result == .failure(.peers(.refused(.flooded(chance: chance)))))
    }

    @Test("traps on a fraction that JSON doesn't have")
    func infinity() async {
        await #expect(processExitsWith: .failure) {
            var bytes: [UInt8] = []
            Cause.refused(.flooded(chance: .infinity)).encode(into: &bytes)
        }
    }

    @Test("has commas between rows and fields, and none elsewhere")
    func commas() throws {
        var bytes: [UInt8] = []
        Peers.ListBans.Reply(bans: Samples.bans + Samples.bans).encode(
            into: &bytes,
            continues: true
        )
        let one = #"{"prefix":"198.51.100.0/24","origin":"operator"}"#
        let two = #"{"prefix":"2001:db8::/48","origin":"automatic","untilUnixUSec":7}"#
        let expected =
            #"{"parameters":{"bans":[\#(one),\#(two),\#(one),\#(two)]},"continues":true}"#
        #expect(String(decoding: bytes.dropLast(), as: UTF8.self) == expected)
    }
}
