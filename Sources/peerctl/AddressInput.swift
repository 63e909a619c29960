import Control
import LinuxIO
import PlainText

/// Addresses in parts of at most `Bounds.addresses`, from the command line or from standard input,
/// where each has a line. Not more than a part is kept, however long the input is.
struct AddressInput {
    private var addresses: [String] = []
    private var rest: [UInt8] = []
    private var ends = EditedText.LineEnds()
    private var lines = 0
    private var isOpen: Bool

    /// From standard input.
    init() {
        isOpen = true
    }

    init(_ addresses: [String]) {
        self.addresses = addresses
        isOpen = false
    }

    /// The next part; nil when there is no more.
    mutating func next() throws(CommandFailure) -> [String]? {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while isOpen, addresses.count < Bounds.addresses {
            let count: Int
            do throws(SystemError) {
                count = try StandardStream.input.read(into: &chunk)
            } catch {
                throw .stream(error)
            }
            try take(chunk[..<count])
        }
        guard !addresses.isEmpty else { return nil }
        let part = Array(addresses.prefix(Bounds.addresses))
        addresses.removeFirst(part.count)
        return part
    }

    /// Takes what was read; nothing is the end.
    mutating func take(_ bytes: ArraySlice<UInt8>) throws(CommandFailure) {
        rest += ends.unify(bytes)
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            try takeLine(rest[..<end])
            rest.removeSubrange(...end)
        }
        if bytes.isEmpty {
            isOpen = false
            try takeLine(rest[...])
            rest = []
        }
        // A line without end must not fill the memory.
        guard rest.count <= Bounds.textBytes else { throw .unusableLine(lines + 1) }
    }

    private mutating func takeLine(_ line: ArraySlice<UInt8>) throws(CommandFailure) {
        lines += 1
        let whole = lines == 1 ? EditedText.withoutMark(line) : line
        let address = EditedText.content(of: whole)
        guard !address.isEmpty else { return }
        let text = String(decoding: address, as: UTF8.self)
        guard text.utf8.count <= Bounds.textBytes else { throw .unusableLine(lines) }
        addresses.append(text)
    }
}
