internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// Something that the world has in store.
enum Happening {
    case resolved(DialAttempt, [PeerAddress])
    /// - Parameter stay: Until the peer leaves; nil for never.
    case connected(DialAttempt, local: PeerAddress, stay: Duration?)
    case dialFailed(DialAttempt, DialFailure)
    /// The peer of one socket left, or the path to it broke.
    case closed(ConnectionID, socket: UInt64, Ending)
    /// The session of one socket has something to say.
    case session(ConnectionID, socket: UInt64, SessionNews)
    /// Somebody connects to us, and the next one is on the way.
    case arrival
    /// One of a flood, and the next one is on the way if the flood lasts.
    case strangersArrival
    /// Somebody takes the place of a caller that has left.
    case replacement
    case command
    case moodChange
    /// The core is called though nothing is due.
    case idleWake
}

/// What is in store, in the order of time and, at one time, in the order in which it was put there.
struct Scheduled: Comparable {
    let at: Instant
    let number: UInt64
    let happening: Happening

    static func == (left: Scheduled, right: Scheduled) -> Bool { left.number == right.number }

    static func < (left: Scheduled, right: Scheduled) -> Bool {
        left.at == right.at ? left.number < right.number : left.at < right.at
    }
}
