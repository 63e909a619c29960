import Glibc

extension DaemonProcess {
    /// The part of one processor that it has over a time in which the test does nothing.
    func processorShare(over time: Duration) throws -> Double {
        let before = try nanosecondsOnProcessor()
        let start = ContinuousClock.now
        sleep(UInt32(time.components.seconds))
        let busy = try nanosecondsOnProcessor() - before
        return Duration.nanoseconds(busy) / (ContinuousClock.now - start)
    }

    /// Of its first thread, which has the loop. `processorTime()` counts in hundredths of a second,
    /// too coarse for a share of 1 %.
    private func nanosecondsOnProcessor() throws -> Int {
        let text = try SystemFile.text(of: "/proc/\(id)/schedstat")
        guard let first = text.split(separator: " ").first, let time = Int(first) else {
            throw Failure("schedstat: \(text)")
        }
        return time
    }

    /// Bytes of it that are in memory now.
    func residentBytes() throws -> Int { try memory("VmRSS:") }

    /// The most bytes of it that were ever in memory.
    func peakResidentBytes() throws -> Int { try memory("VmHWM:") }

    private func memory(_ key: String) throws -> Int {
        for line in try SystemFile.text(of: "/proc/\(id)/status").split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count == 3, words[0] == key, let kilobytes = Int(words[1]) {
                return kilobytes * 1024
            }
        }
        throw Failure("no \(key) of \(id)")
    }
}
