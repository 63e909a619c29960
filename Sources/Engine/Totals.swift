internal import Facts

/// Of what was reported since the start.
package struct Totals: Equatable, Sendable {
    package private(set) var accepted: UInt64 = 0
    package private(set) var connected: UInt64 = 0
    /// Attempts that failed.
    package private(set) var failed: UInt64 = 0
    package private(set) var ended: UInt64 = 0

    mutating func count(_ report: Report) {
        switch report {
        case .accepted: accepted += 1
        case .connected: connected += 1
        case .failed, .failedAgain: failed += 1
        case .ended: ended += 1
        case .attempting, .ready, .retrying, .persistentWaiting, .hangingUp, .persistentDown,
            .persistentAdded, .persistentAdopted, .persistentRemoved, .refused, .refusalsSilenced,
            .refusalsSuppressed, .outboundPaused, .nobodyToDial, .targetMissed,
            .resourcesExhausted, .banned, .unbanned, .bansSilenced, .bansSuppressed,
            .networkActive, .shuttingDown:
            break
        }
    }
}
