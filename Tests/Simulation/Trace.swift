internal import Timing

/// What happened in a run, as lines of text and as their digest. Two runs with one digest did the
/// same.
///
/// A reference, so that a line can be put together from the world that holds the trace.
final class Trace {
    /// FNV-1a of 64 bits over all lines: quick, and the same in every process, which Swift's own
    /// hashing is not.
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    /// Where lines go besides; nil for nowhere.
    private let sink: ((String) -> Void)?

    init(sink: ((String) -> Void)?) {
        self.sink = sink
    }

    func write(_ line: String, at elapsed: Duration) {
        mix(UInt64(bitPattern: Self.nanoseconds(elapsed)))
        for byte in line.utf8 { mix(UInt64(byte)) }
        sink?("\(Self.seconds(elapsed)) \(line)")
    }

    /// Seconds with nine digits behind the point.
    static func seconds(_ elapsed: Duration) -> String {
        let (seconds, rest) = nanoseconds(elapsed).quotientAndRemainder(dividingBy: 1_000_000_000)
        let fraction = String(rest)
        return "\(seconds)." + String(repeating: "0", count: 9 - fraction.count) + fraction
    }

    private func mix(_ word: UInt64) {
        digest = (digest ^ word) &* 0x100_0000_01b3
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
