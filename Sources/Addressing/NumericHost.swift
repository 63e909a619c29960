/// A host that is written as numbers with dots between them, in decimal, octal or hexadecimal, and
/// so is never asked of DNS: resolvers read it as inet_aton(3) does, or not at all.
struct NumericHost {
    /// Whether each part is a number. Only then it is meant as an address, rightly written or not;
    /// `web.1` and `3com` are names.
    let isNumeric: Bool
    /// The address that inet_aton(3) reads. A last part of several stands for all bytes that are
    /// left: `127.1` is 127.0.0.1.
    let reading: IPAddress?

    init(_ host: Substring) {
        let dot = UInt8(ascii: ".")
        let isAbsolute = host.utf8.last == dot
        let relative = isAbsolute ? host.dropLast() : host
        let parts = relative.utf8.split(separator: dot, omittingEmptySubsequences: false)
        isNumeric = parts.allSatisfy(Self.isNumber)
        reading = isNumeric && !isAbsolute ? Self.address(of: parts) : nil
    }

    private static func isNumber(_ part: Substring.UTF8View) -> Bool {
        hexadecimal(part)?.allSatisfy { isDigit($0, radix: 16) }
            ?? (!part.isEmpty && part.allSatisfy(TextCursor.isDigit))
    }

    /// The digits behind `0x`; nil if it doesn't begin so.
    private static func hexadecimal(_ part: Substring.UTF8View) -> Substring.UTF8View? {
        guard part.first == UInt8(ascii: "0"), let second = part.dropFirst().first,
            second | 0x20 == UInt8(ascii: "x")
        else { return nil }
        return part.dropFirst(2)
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        TextCursor.value(ofDigit: byte, radix: radix) != nil
    }

    private static func address(of parts: [Substring.UTF8View]) -> IPAddress? {
        guard parts.count <= 4 else { return nil }
        var address: UInt64 = 0
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let bits = isLast ? 8 * (5 - parts.count) : 8
            guard let number = number(part), number >> bits == 0 else { return nil }
            address = address << bits | number
        }
        return IPAddress(v4: UInt32(address))
    }

    /// As strtoul(3) with base 0: `0x` is hexadecimal, a 0 in front octal. Nil from 2^32 on.
    private static func number(_ part: Substring.UTF8View) -> UInt64? {
        let (digits, radix) =
            if let digits = hexadecimal(part) {
                (digits, 16)
            } else if part.first == UInt8(ascii: "0") {
                (part, 8)
            } else {
                (part, 10)
            }
        guard !digits.isEmpty else { return nil }
        var number: UInt64 = 0
        for byte in digits {
            guard let digit = TextCursor.value(ofDigit: byte, radix: radix) else { return nil }
            number = number * UInt64(radix) + UInt64(digit)
            guard number >> 32 == 0 else { return nil }
        }
        return number
    }
}
