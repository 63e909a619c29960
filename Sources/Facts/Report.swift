package import Addressing
import Timing

/// One thing that happened, as the journal, the event stream and the counters are told, so that the
/// three can't disagree.
///
/// Indirect, since it is handed on several times: it has 130 bytes, and copying them costs more
/// than a box.
package indirect enum Report: Equatable, Sendable {
    case attempting(Subject)
    /// We reached a peer.
    case connected(Subject)
    /// A peer reached us.
    case accepted(Subject)
    /// It counts from now on: its handshake is complete, or, without a protocol, it has lasted.
    case ready(Subject)
    case failed(Subject, DialFailure)
    /// An attempt of a persistent peer failed as the one before, and nobody is to blame: it is
    /// tried again as before.
    case failedAgain(Subject, DialFailure)
    /// A connected socket's end, so long after the handshake was complete; or after the socket was
    /// connected, if it was not complete or there is none.
    case ended(Subject, Ending, after: Duration, wasReady: Bool)
    /// A persistent connection waits for its next attempt.
    case retrying(Subject, in: Duration, retries: UInt32)
    /// A persistent peer can't be dialled, which nobody is to blame for: it is tried again each
    /// time after so long, and only another outcome is `failed` or `connected`.
    case persistentWaiting(Subject, DialFailure, every: Duration)
    /// A persistent peer has accepted and closed at once so many times in a row. Reported once for
    /// each row.
    case hangingUp(Subject, times: UInt32)
    /// A persistent peer has been down for `patience`. Once until it is ready again.
    case persistentDown(Subject, for: Duration, Setback.Cause?)

    case persistentAdded(Subject)
    /// An existing connection became a persistent one.
    case persistentAdopted(Subject)
    case persistentRemoved(Subject)

    /// An inbound peer was refused. Not every one is reported: see `Quieting`.
    case refused(PeerAddress, Refusal)
    /// Further refusals are counted and not reported for this time.
    case refusalsSilenced(for: Duration)
    /// The silence has ended.
    case refusalsSuppressed(count: UInt64, during: Duration)

    /// So many automatic attempts in a row failed that they are rationed.
    case outboundPaused(failures: Int, for: Duration)
    /// Outbound connections are missing, and nobody can be dialled.
    case nobodyToDial(missing: Int, [Exclusion])
    /// Fewer outbound peers than wanted have been ready for `patience`. Once until they are. With
    /// what keeps the dialler from dialling, if that is so now.
    case targetMissed(ready: Int, target: Int, for: Duration, [Exclusion]?)
    /// Descriptors or memory are exhausted: nothing is dialled for this time, nobody is blamed.
    case resourcesExhausted(errno: Int32, pause: Duration)

    /// A ban is in force, in the place of an earlier one of its prefix. Not every automatic one is
    /// reported, as with refusals.
    case banned(Ban, closed: Int)
    /// A ban was lifted: by an operator, or for a new automatic one when there are as many as may
    /// be.
    case unbanned(Prefix)
    /// Further automatic bans come into force without a report for this time.
    case bansSilenced(for: Duration)
    /// The silence has ended.
    case bansSuppressed(count: UInt64, during: Duration)
    case networkActive(Bool)
    /// Everything is being closed.
    case shuttingDown(connections: Int)
}

extension Report {
    /// For so long the target may be missed, or a persistent peer be down, before that is trouble
    /// that doesn't pass by itself, of which an operator must know.
    package static let patience = Duration.seconds(10 * 60)
}

extension Report: Named {
    /// What happened, as the journal's PEERD_EVENT, monitors and counters name it.
    package enum Name: String, FactName {
        case attempting
        case connected
        case accepted
        case ready
        case failed = "connection-failed"
        case ended = "disconnected"
        case retrying
        case persistentWaiting = "persistent-waiting"
        case hangingUp = "hanging-up"
        case persistentDown = "persistent-down"
        case persistentAdded = "persistent-added"
        case persistentAdopted = "persistent-adopted"
        case persistentRemoved = "persistent-removed"
        case refused
        case refusalsSilenced = "refusals-silenced"
        case refusalsSuppressed = "refusals-suppressed"
        case outboundPaused = "outbound-paused"
        case nobodyToDial = "nobody-to-dial"
        case targetMissed = "target-missed"
        case resourcesExhausted = "resources-exhausted"
        case banned
        case unbanned
        case bansSilenced = "bans-silenced"
        case bansSuppressed = "bans-suppressed"
        case networkActive = "network-active"
        case networkInactive = "network-inactive"
        case shuttingDown = "shutting-down"
    }

    package var name: Name {
        switch self {
        case .attempting: .attempting
        case .connected: .connected
        case .accepted: .accepted
        case .ready: .ready
        case .failed, .failedAgain: .failed
        case .ended: .ended
        case .retrying: .retrying
        case .persistentWaiting: .persistentWaiting
        case .hangingUp: .hangingUp
        case .persistentDown: .persistentDown
        case .persistentAdded: .persistentAdded
        case .persistentAdopted: .persistentAdopted
        case .persistentRemoved: .persistentRemoved
        case .refused: .refused
        case .refusalsSilenced: .refusalsSilenced
        case .refusalsSuppressed: .refusalsSuppressed
        case .outboundPaused: .outboundPaused
        case .nobodyToDial: .nobodyToDial
        case .targetMissed: .targetMissed
        case .resourcesExhausted: .resourcesExhausted
        case .banned: .banned
        case .unbanned: .unbanned
        case .bansSilenced: .bansSilenced
        case .bansSuppressed: .bansSuppressed
        case .networkActive(let isActive): isActive ? .networkActive : .networkInactive
        case .shuttingDown: .shuttingDown
        }
    }
}
