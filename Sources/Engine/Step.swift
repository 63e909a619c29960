package import Addressing
package import ConnectionCore
package import DecredWire
package import Facts

/// What the shell must do. Each is a single step; a report precedes the step that ends what it
/// speaks of.
package enum Step: Sendable {
    /// Look the name up and answer with `resolved` or `dialFailed`. With the caller who waits for
    /// it, if one does.
    case resolve(DialAttempt, PeerName, for: Waiter?)
    /// Connect and answer with `dialSucceeded` or `dialFailed`. Replaces the socket of an earlier
    /// attempt of the same connection.
    case dial(DialAttempt, PeerAddress)
    /// Send these of the bytes that are lent with the steps, behind what waits for the peer. What
    /// the kernel doesn't take is told by `sent`.
    case send(ConnectionID, Range<Int>)
    /// Give up what the connection has: a lookup, a connecting socket or an established one, with
    /// what waits to be sent. There may be nothing to give up any more.
    case close(ConnectionID)
    /// Tell everybody.
    case report(Report, ReportDetails)
    /// Tell those who read the log.
    case remark(Remark)
    /// Tell the one who asked for a connection what came of it. Rare, and larger than the others.
    indirect case answer(Waiter, Result<ConnectionRow, Cause>)
    /// Have this stored, and answer with `finishStoring`. At most once a turn.
    indirect case store(StoreRequest)
}

/// Whoever waits for a connection that it asked for, by a number of the shell's own.
package struct Waiter: Hashable, Sendable {
    package let number: Int

    package init(_ number: Int) {
        self.number = number
    }
}

/// What is known of something that is reported beside what the report says itself.
package enum ReportDetails: Equatable, Sendable {
    case none
    /// Of the end of a connection: what went over it, and what there is to say beyond the cause.
    case ended(Traffic, because: String?)
    /// Of a connection that is ready: what its peer said of itself.
    case introduced(PeerIntroduction)
}

/// What a session says that is no event of a connection.
package enum Remark: Equatable, Sendable {
    /// A peer told of so many addresses.
    case addressesLearned(from: PeerAddress?, count: Int)
    /// A peer is on the way to being banned.
    case misbehaving(PeerAddress?, Misbehaviour, score: Int, isInbound: Bool)
}

/// What is to be done, in order: a buffer that is lent to the engine and keeps its memory from call
/// to call.
package struct Steps: Sendable {
    /// Room that is kept for bytes.
    private static let keptBytes = 65_536

    package private(set) var pending: [Step] = []
    /// What `Step.send` names ranges of.
    package private(set) var bytes: [UInt8] = []

    package init() {
        pending.reserveCapacity(64)
    }

    mutating func append(_ step: Step) {
        pending.append(step)
    }

    mutating func send(_ more: [UInt8], to id: ConnectionID) {
        let start = bytes.count
        bytes += more
        pending.append(.send(id, start..<bytes.count))
    }

    /// Takes out what is to be done now, without a copy. It isn't there any more then: what stands
    /// in its place must not be done.
    package mutating func take(at index: Int) -> Step {
        var taken = Step.close(ConnectionID(raw: 0))
        swap(&taken, &pending[index])
        return taken
    }

    /// Forgets what was done.
    package mutating func removeAll() {
        guard pending.capacity <= Actions.keptCapacity else { return self = Steps() }
        // They are few mostly, and `removeAll` takes longer for three than this.
        while !pending.isEmpty { pending.removeLast() }
        if !bytes.isEmpty { bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes) }
    }
}
