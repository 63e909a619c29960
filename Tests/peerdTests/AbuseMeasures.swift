import Glibc

/// A program's first thread, which has the loop.
struct LoopThread {
    let process: pid_t

    /// For how long it has had a processor. `processorTime()` counts in hundredths of a second, too
    /// coarse for a share of 1 %.
    func time() throws -> Duration {
        let text = try SystemFile.text(of: "/proc/\(process)/schedstat")
        guard let first = text.split(separator: " ").first, let time = Int(first) else {
            throw Failure("schedstat: \(text)")
        }
        return .nanoseconds(time)
    }

    /// The part of one processor that it has over a time in which the test does nothing.
    func share(over time: Duration) throws -> Double {
        let before = try self.time()
        let start = ContinuousClock.now
        sleep(UInt32(time.components.seconds))
        return try (self.time() - before) / (ContinuousClock.now - start)
    }
}

extension DaemonProcess {
    var loop: LoopThread { LoopThread(process: id) }

    func processorShare(over time: Duration) throws -> Double { try loop.share(over: time) }

    /// Waits until its loop, which has something to do, has had a processor for so long.
    func waitForWork(of time: Duration) throws {
        let before = try loop.time()
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try loop.time() - before < time {
            guard ContinuousClock.now < deadline else { throw Failure("it has nothing to do") }
            _ = poll(nil, 0, 1)
        }
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
