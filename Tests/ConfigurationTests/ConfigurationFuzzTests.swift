import Configuration
import ConfigurationFixtures
import Testing
import Timing

@Suite("Whatever a file holds")
struct ConfigurationFuzzTests {
    /// Either it loads, and then reads back as printed, or its errors are told in their bounds.
    private func check(_ bytes: [UInt8], in directory: borrowing ConfigurationDirectory) throws {
        try directory.write(bytes)
        let errors: ConfigurationErrors
        do throws(ConfigurationErrors) {
            let loaded = try directory.load()
            try checkPrinted(loaded)
            return
        } catch {
            errors = error
        }
        #expect((1...100).contains(errors.problems.count))
        let lines = errors.description.split(whereSeparator: \.isNewline)
        #expect(lines.count == errors.problems.count + (errors.omitted > 0 ? 1 : 0))
    }

    private func checkPrinted(_ loaded: LoadedConfiguration) throws(ConfigurationErrors) {
        guard let directory = try? ConfigurationDirectory() else { return }
        let file = try? directory.write(loaded.printed)
        #expect(file != nil)
        #expect(try directory.load().configuration == loaded.configuration)
    }

    @Test("random bytes don't crash", arguments: UInt64(0)..<200)
    func randomBytes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let directory = try ConfigurationDirectory()
        let length = Int(random.next() % 4096)
        try check((0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }, in: directory)
    }

    @Test("damaged files don't crash", arguments: UInt64(0)..<400)
    func damage(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let directory = try ConfigurationDirectory()
        var bytes = Array(ConfigurationPrintTests.everything.utf8)
        let syntax = Array("[]{}=.,\"'#\n\\ 0-_a\u{e9}".utf8)
        for _ in 0...(random.next() % 8) {
            let place = Int(random.next() % UInt64(bytes.count))
            let byte = syntax[Int(random.next() % UInt64(syntax.count))]
            switch random.next() % 4 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes[place] = byte
            case 2: bytes.insert(byte, at: place)
            default: bytes.remove(at: place)
            }
        }
        try check(bytes, in: directory)
    }

    @Test(
        "what nests without end is an error",
        arguments: [
            ("a.", "a = 1"), ("[", ""), ("a = [", ""), ("{a = ", ""), ("a = {", ""),
            ("[[a.", "a]]"),
            ("\"a\" . ", "a = 1"), ("'''", ""), ("\"\\", ""), ("a = 1\n[a.", "]"),
        ]
    )
    func nesting(repeated: String, end: String) throws {
        let directory = try ConfigurationDirectory()
        let count = 1_000_000 / repeated.utf8.count
        for start in ["", "x = ", "x = \"#\"\n"] {
            let document = start + String(repeating: repeated, count: count) + end
            try check(Array(document.utf8), in: directory)
        }
    }

    @Test(
        "tables may lie 16 deep and keys have 16 parts",
        arguments: [(14, true), (15, true), (16, false), (17, false)]
    )
    func depth(levels: Int, isRead: Bool) {
        let dotted = "a" + String(repeating: ".a", count: levels) + " = 1"
        let readsDotted = (try? TOMLNode(parsing: Array(dotted.utf8))) != nil
        #expect(readsDotted == isRead)
        let arrays =
            "a = " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let readsArrays = (try? TOMLNode(parsing: Array(arrays.utf8))) != nil
        #expect(readsArrays == (levels <= 16))
    }
}
