import Systemd
import Testing

@Suite("A journal entry")
struct JournalEntryTests {
    typealias Field = JournalDecoder.Field

    static func bytes(_ entry: JournalEntry) -> [UInt8] { entry.withBytes { Array($0) } }

    @Test(
        "carries any text",
        arguments: [
            "", "one line", "two\nlines", "\n", "\n\n", "ends with a break\n", "\nbegins with one",
            "a=b", "=", "zero \0 byte", "tab\tand \u{1b}[1m", "Grüße, 世界", "carriage\r\nreturn",
            String(repeating: "x", count: 100_000), String(repeating: "x\n", count: 50_000),
        ]
    )
    func text(_ value: String) throws {
        var entry = JournalEntry()
        entry.append("MESSAGE", value)
        entry.append("AFTER", "next")
        let fields = try JournalDecoder.fields(of: Self.bytes(entry))
        #expect(fields == [Field("MESSAGE", value), Field("AFTER", "next")])
    }

    @Test("uses the short form where it can, and the long one where it must")
    func forms() {
        var entry = JournalEntry()
        entry.append("A", "b=c")
        entry.append("D", "e\nf")
        #expect(Self.bytes(entry) == Array("A=b=c\nD\n\u{3}\0\0\0\0\0\0\0e\nf\n".utf8))
        #expect(entry.size == 20)
    }

    @Test("carries bytes that are no text")
    func binary() throws {
        let every: [UInt8] = Array(0...255)
        let withoutBreak = every.filter { $0 != 10 }
        var entry = JournalEntry()
        entry.append("ALL", bytes: every.span)
        entry.append("SHORT", bytes: withoutBreak.span)
        entry.append("NONE", bytes: [UInt8]().span)
        let fields = try JournalDecoder.fields(of: Self.bytes(entry))
        #expect(fields == [Field("ALL", every), Field("SHORT", withoutBreak), Field("NONE", "")])
    }

    @Test(
        "writes numbers in decimal",
        arguments: [0, 9, 10, 99, 100, -1, -10, 1_000_000_007, Int64.max, Int64.min]
    )
    func number(_ value: Int64) throws {
        var entry = JournalEntry()
        entry.append("NUMBER", value)
        #expect(try JournalDecoder.fields(of: Self.bytes(entry)) == [Field("NUMBER", "\(value)")])
    }

    @Test("keeps every value of a field that is added twice")
    func repeated() throws {
        var entry = JournalEntry()
        entry.append("PEER", "a")
        entry.append("PEER", "b")
        let fields = try JournalDecoder.fields(of: Self.bytes(entry))
        #expect(fields == [Field("PEER", "a"), Field("PEER", "b")])
    }

    @Test("is written into the same memory each time")
    func reuse() throws {
        var entry = JournalEntry()
        let memory = entry.withBytes(\.baseAddress)
        for number in Int64(0)..<1_000 {
            entry.removeAll()
            entry.append("MESSAGE", "Connected to 203.0.113.7:9108 (id: \(number), type: outbound)")
            entry.append("MULTILINE", "a\nb")
            entry.append("NUMBER", number)
            #expect(entry.withBytes(\.baseAddress) == memory)
        }
        let fields = try JournalDecoder.fields(of: Self.bytes(entry))
        #expect(fields.map(\.name) == ["MESSAGE", "MULTILINE", "NUMBER"])
    }

    @Test("gives the memory of a huge one back")
    func release() {
        var entry = JournalEntry()
        entry.append("MESSAGE", String(repeating: "x", count: 30_000))
        entry.removeAll()
        #expect(entry.capacity >= 30_000)
        entry.append("MESSAGE", String(repeating: "x", count: JournalEntry.keptCapacity))
        entry.removeAll()
        #expect(entry.capacity == 0)
    }

    @Test(
        "takes the field names that journald takes",
        arguments: [
            ("MESSAGE", true), ("PEERD_PEER", true), ("A", true), ("A1_", true),
            (String(repeating: "A", count: 64), true), (String(repeating: "A", count: 65), false),
            ("", false), ("_PID", false), ("1A", false), ("message", false), ("A-B", false),
            ("A=B", false), ("A\nB", false), ("Ä", false),
        ]
    )
    func names(_ name: String, isValid: Bool) {
        #expect(JournalField.isValid(name.utf8) == isValid)
    }

    @Test("traps on a field name that journald would drop without a word")
    func badName() async {
        await #expect(processExitsWith: .failure) { _ = "_PID" as JournalField }
    }
}
