internal import Glibc

/// Standard output without a buffer, so that nothing is lost when the core traps.
enum Output {
    static func write(_ line: String) {
        var bytes = ArraySlice(Array((line + "\n").utf8))
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            // Nobody reads any more.
            guard count > 0 else { exit(EXIT_FAILURE) }
            bytes.removeFirst(count)
        }
    }

    /// 16 digits.
    static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
