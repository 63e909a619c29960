import Addressing
import Configuration
import ConfigurationFixtures
import Glibc
import PlainText
import Testing

/// What editors and strangers make of the texts that are read.
@Suite("The texts of a configuration")
struct ConfigurationTextTests {
    struct Spelling: CustomTestStringConvertible, Sendable {
        var name: String
        var lineEnd: String
        var mark: [UInt8] = []
        var blanks = ""
        var testDescription: String { name }

        func bytes(_ lines: [String]) -> [UInt8] {
            mark + Array(lines.map { $0 + blanks + lineEnd }.joined().utf8)
        }
    }

    @Test(
        "are read alike, wherever they were written",
        arguments: [
            Spelling(name: "LF", lineEnd: "\n"),
            Spelling(name: "CRLF", lineEnd: "\r\n"),
            Spelling(name: "CR", lineEnd: "\r"),
            Spelling(name: "a mark and LF", lineEnd: "\n", mark: [0xef, 0xbb, 0xbf]),
            Spelling(name: "a mark and CRLF", lineEnd: "\r\n", mark: [0xef, 0xbb, 0xbf]),
            Spelling(name: "a mark and CR", lineEnd: "\r", mark: [0xef, 0xbb, 0xbf]),
            Spelling(name: "blanks at the ends", lineEnd: "\n", blanks: " \t "),
            Spelling(name: "blanks and CRLF", lineEnd: "\r\n", blanks: "\t \t"),
        ]
    )
    func spellings(_ spelling: Spelling) throws {
        let directory = try ConfigurationDirectory()
        try directory.write(
            spelling.bytes(["# mine", "", "outbound.target = 3 # three", "[inbound]", "burst = 7"])
        )
        try directory.write(
            spelling.bytes(["[outbound]", "addresses-file = \"list\""]),
            to: "peerd.conf.d/a.toml"
        )
        try directory.write(
            spelling.bytes(["# seeds", "", "10.0.0.1:1 # the first", "10.0.0.2:1", "[::1]:1"]),
            to: "peerd.conf.d/list"
        )
        let configuration = try directory.load().configuration
        #expect(configuration.outbound.target == 3)
        #expect(configuration.inbound.burst == 7)
        #expect(
            configuration.outbound.addressesFromFile.map(\.description)
                == ["10.0.0.1:1", "10.0.0.2:1", "[::1]:1"]
        )
        // The places of mistakes are those that an editor shows.
        try directory.write(spelling.bytes(["# mine", "", "[outbound]", "taget = 1"]))
        try directory.write(spelling.bytes(["10.0.0.1:1", "", "x"]), to: "peerd.conf.d/list")
        let errors = directory.errors()
        #expect(errors.contains("peerd.toml:4:1: unknown key 'outbound.taget'"), "\(errors)")
        #expect(errors.contains("list:3: "), "\(errors)")
    }

    @Test("are said to be in UTF-16 if they are", arguments: [[0xff, 0xfe], [0xfe, 0xff]])
    func utf16(_ mark: [UInt8]) throws {
        let directory = try ConfigurationDirectory()
        let text = mark + "a".utf8.flatMap { [$0, 0] }
        try directory.write(text)
        try directory.write("outbound.addresses-file = \"list\"", to: "peerd.conf.d/a.toml")
        try directory.write(text, to: "peerd.conf.d/list")
        #expect(
            directory.errors() == """
                peerd.toml: the file is in UTF-16: it must be saved in UTF-8
                peerd.conf.d/list: the file is in UTF-16: it must be saved in UTF-8
                """
        )
    }

    @Test("lose the blanks around the value of a setting")
    func settings() throws {
        let directory = try ConfigurationDirectory()
        try directory.write("")
        let configuration = try directory.load("log.level = debug \t", " outbound.target = 4\r")
            .configuration
        #expect(configuration.log.level == .debug)
        #expect(configuration.outbound.target == 4)
        #expect(
            directory.errors("  =1")
                == "--set   =1: expected KEY=VALUE with a key such as log.level"
        )
    }

    struct Key: CustomTestStringConvertible, Sendable {
        var written: String
        var shown: String
        var testDescription: String { shown }
    }

    @Test(
        "have keys that are shown in ASCII when they are none of ours",
        arguments: [
            Key(written: "\"clé\"", shown: #""cl\u00E9""#),
            Key(written: "\"target\u{301}\"", shown: #""target\u0301""#),
            Key(written: "\"\u{202e}\"", shown: #""\u202E""#),
            Key(written: "\"\u{e0001}\"", shown: #""\U000E0001""#),
            Key(written: "\"a b\"", shown: #""a b""#),
            Key(
                written: String(repeating: "k", count: 513),
                shown: "\"" + String(repeating: "k", count: 63) + "…"
            ),
        ]
    )
    func keys(_ key: Key) throws {
        let directory = try ConfigurationDirectory()
        try directory.write("\(key.written) = 1")
        #expect(directory.errors() == "peerd.toml:1:1: unknown key '\(key.shown)'")
        try directory.write("[[listen]]\naddress = \"127.0.0.1:1\"\n\(key.written) = 1")
        #expect(directory.errors().hasPrefix("peerd.toml:3:1: unknown key 'listen.\""))
    }

    @Test("show nothing as something else than it is")
    func harmful() throws {
        let directory = try ConfigurationDirectory()
        let text = "a\u{202e}b\u{200b}\u{9b}\u{feff}\u{e0041}"
        let escaped = #"a\u202Eb\u200B\u009B\uFEFF\U000E0041"#
        let shown = #"a\u{202E}b\u{200B}\u{009B}\u{FEFF}\u{000E0041}"#
        try directory.write("log.level = \"\(text)\"")
        #expect(directory.errors().hasSuffix(#"found "\#(escaped)""#))
        try directory.write("outbound.addresses-file = \"\(text)\"")
        #expect(directory.errors().contains(shown))
        try directory.write("10.0.0.1:1\n\(text)\n", to: text)
        #expect(directory.errors().unicodeScalars.allSatisfy { !$0.isHarmful || $0 == "\n" })
        try directory.write("10.0.0.1:1\n", to: text)
        let printed = try directory.load("user-agent=x").printed
        #expect(printed.contains(escaped))
        #expect(printed.unicodeScalars.allSatisfy { !$0.isHarmful || $0 == "\n" })
        #expect(directory.errors("\(text)=1").hasPrefix("--set \(shown)=1: unknown key"))
    }

    /// Comparing or hashing one takes the square of its marks: a minute for 300 kB.
    @Test(
        "are read in little time, whatever marks are in a row",
        arguments: [
            "\"_\" = 1", "_ = 1", "[\"_\"]\na = 1", "[outbound]\n\"_\" = 1",
            "[[listen]]\n\"_\" = 1",
            "network = \"_\"", "log.level = \"_\"", "outbound.retry = \"_\"",
            "outbound.retry = \"5 _\"", "outbound.addresses-file = \"_\"",
            "control.write-group = \"_\"", "services = \"_\"", "protocol.max-queued = \"_\"",
            "user-agent = \"_\"", "outbound.addresses = [\"_\"]", "persistent.peers = [\"_\"]",
            "limits.whitelist = [\"_\"]", "outbound.bind = [\"_\"]", "advertise = [\"_\"]",
            "[[listen]]\naddress = \"_\"", "[[listen]]\nnetwork = \"_\"",
        ]
    )
    func marks(_ text: String) throws {
        let marks = String(repeating: "\u{301}\u{327}", count: 50_000)
        let document = text.split(separator: "_", omittingEmptySubsequences: false)
            .joined(separator: marks)
        let directory = try ConfigurationDirectory()
        let time = try processorTime {
            try directory.write(document)
            #expect(!directory.errors().isEmpty)
            let setting = text.contains("\n") ? "a\(marks)=\(marks)" : document
            try directory.write("")
            #expect(!directory.errors(setting, "log.level=\(marks)").isEmpty)
            try directory.write("outbound.addresses-file = \"list\"")
            try directory.write(marks, to: "list")
            #expect(!directory.errors().isEmpty)
        }
        #expect(time < .seconds(5))
    }

    /// Of this thread, so that a busy machine doesn't count.
    private func processorTime(_ work: () throws -> Void) rethrows -> Duration {
        func now() -> Duration {
            var usage = rusage()
            // 1 is RUSAGE_THREAD, which this module doesn't have.
            getrusage(1, &usage)
            return .seconds(usage.ru_utime.tv_sec) + .microseconds(usage.ru_utime.tv_usec)
        }
        let start = now()
        try work()
        return now() - start
    }
}
