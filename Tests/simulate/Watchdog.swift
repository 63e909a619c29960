internal import Glibc

/// Ends the process when the core doesn't come back from a step.
enum Watchdog {
    /// Of CPU time, for each hour of turmoil: some hundred times what a seed takes, and ten times
    /// what it takes in a debug build.
    private static let patience = 30.0

    /// From now on SIGVTALRM ends the process in time, unless the watch is started anew before.
    static func start(turmoil: Duration) {
        let hours = Double(turmoil.components.seconds) / 3_600
        var timer = itimerval()
        timer.it_value.tv_sec = Int(patience * max(1, hours))
        setitimer(CInt(ITIMER_VIRTUAL.rawValue), &timer, nil)
    }
}
