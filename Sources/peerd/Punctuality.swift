import Timing

/// Tells turns of the loop that come late from others, and for how long nobody listened then: the
/// process was stopped (SIGSTOP, a debugger, a frozen container), the machine slept, or there was
/// no processor for it.
struct Punctuality {
    /// Later than that a turn is late. An ordinary one takes a few milliseconds, and no deadline of
    /// a peer is as short.
    static let tolerance = Duration.milliseconds(100)

    /// Waiting for events between two turns.
    struct Wait {
        let start: Instant
        /// The first deadline, which may be in the past; `distantFuture` if there is none.
        let end: Instant

        init(from start: Instant, until end: Instant) {
            self.start = start
            self.end = end
        }
    }

    private var wasBusy = false

    /// Nil if a turn that begins at `now` is in time; else for how long nobody listened before it,
    /// which is nothing if no deadline has passed.
    ///
    /// `turn` is when the turn before it began, `wait` what lay between the two. It `wasStopped` if
    /// it ended because the process was stopped and continued.
    mutating func standstill(
        since turn: Instant,
        _ wait: Wait,
        wasStopped: Bool,
        at now: Instant
    ) -> Duration? {
        // The turn itself may have been stopped. But of busy turns in a row only the first counts:
        // whoever keeps the loop at work must not win time for his silent connections by it.
        let work = wait.start - turn
        let isBusy = work > Self.tolerance
        defer { wasBusy = isBusy }
        let overrun = now - max(wait.end, wait.start)
        let isOverdue = overrun > (wasStopped ? .zero : Self.tolerance)
        guard isBusy || isOverdue || wasStopped else { return nil }
        var pause = isBusy && !wasBusy ? work : .zero
        // A timer goes on with the machine, and what it is late by is what the machine was. But
        // since when a process was stopped isn't known: since the wait began, at the most.
        if isOverdue { pause += wasStopped ? now - wait.start : overrun }
        return pause
    }
}
