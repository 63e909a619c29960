package import Addressing
package import Facts

/// What the shell must do. Each is a single step; a report precedes the step that ends what it
/// speaks of.
package enum Action: Sendable {
    /// Look the name up and answer with `resolved` or `dialFailed`.
    case resolve(DialAttempt, PeerName)
    /// Connect and answer with `dialSucceeded` or `dialFailed`. Replaces the socket of an earlier
    /// attempt of the same connection.
    case dial(DialAttempt, PeerAddress)
    /// Give up what the connection has: a lookup, a connecting socket or an established one. There
    /// may be nothing to give up any more.
    case close(ConnectionID)
    /// A ban of this prefix came or went without a report: whoever keeps bans is to know.
    case keep(banOf: Prefix)
    case report(Report)
}

/// What is to be done, in order: a buffer that is lent to the core and keeps its memory from event
/// to event.
package struct Actions: Sendable {
    /// Room that is kept between events. More (a shutdown of 20,000 connections, say) is given
    /// back.
    package static let keptCapacity = 256

    package private(set) var pending: [Action] = []

    package init() {
        pending.reserveCapacity(64)
    }

    package mutating func append(_ action: Action) {
        pending.append(action)
    }

    mutating func report(_ report: Report) {
        pending.append(.report(report))
    }

    /// Takes out what is to be done now, without a copy. It isn't there any more then: what stands
    /// in its place must not be done.
    package mutating func take(at index: Int) -> Action {
        var taken = Action.close(ConnectionID(raw: 0))
        swap(&taken, &pending[index])
        return taken
    }

    /// Forgets what was done.
    package mutating func removeAll() {
        guard pending.capacity <= Self.keptCapacity else { return pending = [] }
        // They are few mostly, and `removeAll` takes longer for three than this.
        while !pending.isEmpty { pending.removeLast() }
    }
}
