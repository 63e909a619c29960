/// Reads a text from its front. After a part that was no number or no address it stands somewhere
/// within: whoever wants to try something else keeps a copy.
struct TextCursor {
    private var rest: Substring.UTF8View

    init(_ text: Substring) {
        rest = text.utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    /// A decimal number up to `limit`, without sign and without needless zeros in front: to some
    /// programs `010` is eight.
    mutating func takeDecimal(upTo limit: Int) -> Int? {
        guard !hasNeedlessZero else { return nil }
        return takeNumber(radix: 10, upTo: limit)
    }

    /// A group of an IPv6 address: one to four hexadecimal digits.
    mutating func takeHexadecimalGroup() -> UInt16? {
        let start = rest
        guard
            let number = takeNumber(radix: 16, upTo: 0xffff),
            start.count - rest.count <= 4
        else { return nil }
        return UInt16(number)
    }

    /// An IPv4 address: four decimal numbers with dots between them, and none of the shorter forms
    /// that `inet_aton` takes.
    mutating func takeIPv4() -> UInt32? {
        var address: UInt32 = 0
        for position in 0..<4 {
            guard position == 0 || take("."), let byte = takeDecimal(upTo: 255) else { return nil }
            address = address << 8 | UInt32(byte)
        }
        return address
    }

    private var hasNeedlessZero: Bool {
        guard rest.first == UInt8(ascii: "0"), let second = rest.dropFirst().first else {
            return false
        }
        return Self.isDigit(second)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        value(ofDigit: byte, radix: 10) != nil
    }

    /// Digits up to the first byte that is none; nil if there are none or their number exceeds
    /// `limit`.
    private mutating func takeNumber(radix: Int, upTo limit: Int) -> Int? {
        var number: Int?
        while let byte = rest.first, let digit = Self.value(ofDigit: byte, radix: radix) {
            let next = (number ?? 0) * radix + digit
            guard next <= limit else { return nil }
            number = next
            rest.removeFirst()
        }
        return number
    }

    static func value(ofDigit byte: UInt8, radix: Int) -> Int? {
        let value: UInt8
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = byte - UInt8(ascii: "A") + 10
        default: return nil
        }
        return value < radix ? Int(value) : nil
    }
}
