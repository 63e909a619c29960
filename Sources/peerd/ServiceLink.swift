import PlainText
import Systemd
import Timing

/// What systemd hears of the daemon: that it serves, how it is, that it is alive.
///
/// It never waits: what couldn't be sent is sent again in a later turn.
struct ServiceLink: ~Copyable {
    /// A status is sent at most so often; what changed in between is seen in the next one.
    static let statusInterval = Duration.seconds(1)

    /// A status in which only a wait grows shorter is sent anew so often: nobody should be woken
    /// for each second of an hour.
    static let countdownInterval = Duration.seconds(10)

    /// Reload after reload that systemd doesn't hear of: only the last ones matter.
    static let mostOwed = 4

    private let manager: ServiceManager
    /// States that must arrive, and didn't yet: at most `mostOwed`.
    private var owed: [ServiceState] = []
    private var nextPayment = Instant(nanoseconds: 0)
    private var status = ""
    private var statusAt: Instant?
    private var isStatusStale = true
    /// Whether the status names a wait.
    var countsDown = false
    private var aliveAt: Instant?

    init(_ manager: consuming ServiceManager) {
        self.manager = manager
    }

    /// When `keepUp` has something to do.
    var deadline: Instant? {
        guard manager.isPresent else { return nil }
        var deadlines: [Instant] = []
        if !owed.isEmpty { deadlines.append(nextPayment) }
        if let statusInterval {
            deadlines.append(statusAt.map { $0 + statusInterval } ?? Instant(nanoseconds: 0))
        }
        if let pace, let aliveAt { deadlines.append(aliveAt + pace) }
        return deadlines.min()
    }

    /// Tells what the manager waits for.
    mutating func tell(_ state: ServiceState) {
        if owed.count == Self.mostOwed { owed.removeFirst() }
        owed.append(state)
        payDebts()
    }

    /// Something may have changed that the status speaks of.
    mutating func noteChange() {
        isStatusStale = true
    }

    /// To be called once a turn: only a loop that makes progress is alive.
    mutating func keepUp(at now: Instant) {
        guard manager.isPresent else { return }
        if !owed.isEmpty, now >= nextPayment {
            payDebts()
            nextPayment = now + Self.statusInterval
        }
        if let pace, aliveAt.map({ now - $0 >= pace }) ?? true {
            _ = manager.notify(.watchdog)
            aliveAt = now
        }
    }

    /// Whether it is time for a status, which need not be put together otherwise.
    func isStatusDue(at now: Instant) -> Bool {
        guard manager.isPresent, let statusInterval else { return false }
        return statusAt.map { now - $0 >= statusInterval } ?? true
    }

    /// How long after the last status another one is due; nil if none is.
    private var statusInterval: Duration? {
        isStatusStale ? Self.statusInterval : countsDown ? Self.countdownInterval : nil
    }

    /// Sends a status if it says something new.
    mutating func send(status text: String, at now: Instant) {
        isStatusStale = false
        statusAt = now
        guard text != status else { return }
        status = text
        // A lost one is due again after the interval.
        if manager.notify(.status(text.printable)) != .sent {
            status = ""
            isStatusStale = true
        }
    }

    /// Half of what the watchdog allows, as sd_watchdog_enabled(3) advises.
    private var pace: Duration? { manager.watchdogInterval.map { $0 / 2 } }

    private mutating func payDebts() {
        while let state = owed.first, manager.notify(state) == .sent { owed.removeFirst() }
    }
}
