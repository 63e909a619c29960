import Glibc

/// A standard stream for a loop that must not wait: a helper thread writes the lines, and what
/// can't be written by then waits for it, up to a bound.
///
/// The descriptor is shared with whoever started the program, often with others as well: so its
/// flags are never changed. O_NONBLOCK would hit all of them; and on a pipe that several write to,
/// it keeps nobody from waiting who hasn't set it.
///
/// Dropping the value gives the thread `grace` for what waits. Nobody waits any longer for a pipe
/// that isn't read, or a terminal that was stopped.
package struct LineWriter: ~Copyable {
    /// Lines that may wait, the one that is being written included. With 200 bytes each 100 KiB.
    package static let mostWaiting = HelperThreads<Line, UInt64>.highestLimit
    /// How long the end of a program waits for what it has said last.
    package static let grace = Duration.milliseconds(100)

    /// Bytes that go out together.
    package struct Line: Sendable {
        let bytes: [UInt8]
        /// How many lines are lost if this one can't be written: more than itself, if it tells of
        /// others.
        let weight: UInt64
    }

    /// A reply is the number of lines that were lost with the request.
    private var thread: HelperThreads<Line, UInt64>

    /// - Throws: As of `HelperThreads`.
    package init(to stream: StandardStream) throws(SystemError) {
        try self.init(number: stream.rawValue)
    }

    /// To a descriptor that stays open for as long as the process lives.
    init(number: CInt) throws(SystemError) {
        thread = try HelperThreads(count: 1, limit: Self.mostWaiting, name: "lines") {
            { line in
                do throws(SystemError) {
                    try StandardStream.write(line.bytes, to: number)
                    return 0
                } catch {
                    return line.weight
                }
            }
        }
    }

    deinit { thread.finish(within: Self.grace) }

    /// Hands a line over, which ends with a line feed.
    ///
    /// - Parameters:
    ///   - line: Written as it is.
    ///   - weight: How many lines are lost with it: what `takeLost` says if it can't be written.
    /// - Returns: False if `mostWaiting` lines wait already, and this one was not taken.
    package mutating func write(_ line: String, weight: UInt64 = 1) -> Bool {
        thread.send(Line(bytes: Array(line.utf8), weight: weight))
    }

    /// How many of the lines that were taken couldn't be written (the disk is full, nobody reads),
    /// as far as is known by now and wasn't said by an earlier call. Also makes room for as many
    /// lines as were written meanwhile.
    package mutating func takeLost() -> UInt64 {
        var lost: UInt64 = 0
        while let count = thread.receive() { lost += count }
        return lost
    }
}
