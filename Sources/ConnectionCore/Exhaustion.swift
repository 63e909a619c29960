import Facts
internal import Timing

/// Out of descriptors or memory: our own trouble, which blames nobody. Dialling pauses, and an
/// operator reads one warning, not one for each refused peer.
struct Exhaustion: Sendable {
    /// Without trouble for so long, the next one is worth a new warning.
    static let quiet = Duration.seconds(60)

    /// Until then nothing is dialled by itself.
    var pausedUntil: Instant?
    var lastTrouble: Instant?
}

extension ConnectionCore {
    /// Reports the trouble once, and with `pausing` pauses dialling; when only a listener is short
    /// of descriptors, the dialler will see for itself.
    mutating func noteExhaustion(
        _ errno: Int32,
        pausing: Bool,
        at now: Instant,
        _ actions: inout Actions
    ) {
        if pausing { exhaustion.pausedUntil = now + policy.outbound.retry }
        let isNew = exhaustion.lastTrouble.map { now - $0 >= Exhaustion.quiet } ?? true
        exhaustion.lastTrouble = now
        if isNew {
            actions.report(.resourcesExhausted(errno: errno, pause: policy.outbound.retry))
        }
    }
}
