internal import Glibc

/// Ends the process when the core doesn't come back from a step.
enum Watchdog {
    /// From now on SIGVTALRM ends the process in time, unless the watch is started anew before.
    static func start(turmoil: Duration, of kind: WorldKind) {
        let hours = Double(turmoil.components.seconds) / 3_600
        var timer = itimerval()
        timer.it_value.tv_sec = Int(kind.patience * max(1, hours))
        setitimer(CInt(ITIMER_VIRTUAL.rawValue), &timer, nil)
    }
}
