import Control
import Testing

@testable import peerctl

@Suite("Addresses from standard input")
struct AddressInputTests {
    /// All parts, of a text that comes in pieces of a size.
    private func parts(_ text: String, inPiecesOf size: Int) throws -> [[String]] {
        var input = AddressInput()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try input.take(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        try input.take([])
        var parts: [[String]] = []
        while let part = try input.next() { parts.append(part) }
        return parts
    }

    @Test("are one a line, without comments and blanks", arguments: [1, 2, 7, 1000])
    func lines(size: Int) throws {
        let text = "# mine\n a:1 \r\n\n\t\nb:2 # the second\nc:3"
        #expect(try parts(text, inPiecesOf: size) == [["a:1", "b:2", "c:3"]])
        #expect(try parts("", inPiecesOf: size) == [])
    }

    @Test(
        "are read as those of a file, wherever they were written",
        arguments: ["\n", "\r\n", "\r"],
        ["", "\u{feff}"]
    )
    func spellings(lineEnd: String, mark: String) throws {
        let text =
            mark + ["# mine", " a:1\t", "", "b:2 ", "c:3"].joined(separator: lineEnd) + lineEnd
        for size in [1, 2, 3, 100] {
            #expect(try parts(text, inPiecesOf: size) == [["a:1", "b:2", "c:3"]])
        }
        let long = String(repeating: "x", count: Bounds.textBytes + 1)
        #expect(throws: CommandFailure.unusableLine(3)) {
            try parts(["a:1", "", long].joined(separator: lineEnd), inPiecesOf: 2)
        }
    }

    @Test("are sent in parts of as many as a call takes")
    func bound() throws {
        let addresses = (1...(2 * Bounds.addresses + 1)).map { "10.0.0.1:\($0)" }
        let text = addresses.joined(separator: "\n")
        let parts = try parts(text, inPiecesOf: 100)
        #expect(parts.map(\.count) == [Bounds.addresses, Bounds.addresses, 1])
        #expect(Array(parts.joined()) == addresses)
        var given = AddressInput(addresses)
        #expect(try given.next()?.count == Bounds.addresses)
    }

    @Test("may be as long as the interface allows, and not longer", arguments: [1, 600])
    func longLine(size: Int) throws {
        let longest = String(repeating: "x", count: Bounds.textBytes)
        #expect(try parts(longest + "\n", inPiecesOf: size) == [[longest]])
        #expect(throws: CommandFailure.unusableLine(2)) {
            try parts("a:1\n\(longest)x\n", inPiecesOf: size)
        }
        // One that never ends isn't kept.
        #expect(throws: CommandFailure.unusableLine(1)) {
            try parts(longest + longest, inPiecesOf: size)
        }
    }
}
