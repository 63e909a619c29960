package import Addressing
package import ConnectionCore
package import Facts
package import Timing

/// What comes from sockets.
extension Engine {
    /// What becomes of what a peer sends.
    package enum Reading: Sendable {
        /// It is to be given to `receive`.
        case read
        /// Nobody listens: it is to be thrown away, and counted by `noteDiscarded`.
        case discard
    }

    /// The connection in a slot.
    package func connection(inSlot slot: Int) -> ConnectionID? {
        core.table.id(inSlot: slot)
    }

    /// Whether a connection is there still.
    package func contains(_ id: ConnectionID) -> Bool { core.table.contains(id) }

    // MARK: Peers that come

    /// Decides about a peer that has come to a listener. If it is let in, `noteLocalAddress` and
    /// `open` follow, unless it has ended by then.
    ///
    /// - Throws: Why it isn't. That is told in `steps` too, unless there is too much to tell.
    package mutating func accept(
        _ arrival: Arrival,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) -> ConnectionID {
        try recorded(.accept(arrival), at: now, &steps, isFrequent: true) {
            engine,
            steps throws(Refusal) in
            defer { engine.takeActions(at: now, &steps) }
            return try engine.core.admit(arrival, at: now, &engine.actions)
        }
    }

    /// Our end of a peer that was let in, where its arrival only said on what it was listened.
    package mutating func noteLocalAddress(
        of id: ConnectionID,
        _ local: PeerAddress,
        at now: Moment,
        _ steps: inout Steps
    ) {
        note(.localAddress(id, local), at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        core.noteLocalAddress(of: id, local, at: now, picking: &addresses, &actions)
        takeActions(at: now, &steps)
    }

    /// The socket of a peer that was let in is taken: there may be talk.
    package mutating func open(_ id: ConnectionID, at now: Moment, _ steps: inout Steps) {
        note(.open(id), at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        beginSession(of: id, at: now, &steps)
    }

    // MARK: Reading

    /// What is to become of what comes on a connection's socket.
    package func reading(of id: ConnectionID) -> Reading {
        switch sessions.speaker(slot: id.slot) {
        case .decred: .read
        case .raw, .nobody: .discard
        }
    }

    /// Takes what a peer has sent.
    ///
    /// - Returns: How many of the bytes are done with: all of them.
    @discardableResult
    package mutating func receive(
        _ bytes: RawSpan,
        from id: ConnectionID,
        at now: Moment,
        _ steps: inout Steps
    ) -> Int {
        recorder?.begin(receiving: bytes, from: id, at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        sessions.receive(bytes, slot: id.slot, at: now)
        carryOut(id, at: now, &steps)
        return bytes.byteCount
    }

    /// As `receive`, of bytes that aren't there: what a session said of them is told.
    mutating func receive(
        _ count: Int,
        _ digest: UInt64,
        from id: ConnectionID,
        at now: Moment,
        _ steps: inout Steps
    ) {
        note(.receive(id, .told(count: count, digest: digest)), at: now, steps.pending.count)
        defer { noteOutcome(steps) }
        sessions.noteUnseen(count, slot: id.slot)
        carryOut(id, at: now, &steps)
    }

    /// So many bytes of a peer were thrown away.
    package mutating func noteDiscarded(_ count: Int, from id: ConnectionID) {
        note(.discard(id, count: count), at: nil, 0)
        defer { noteOutcome() }
        guard sessions.speaker(slot: id.slot) != .nobody else { return }
        sessions.noteReceived(count, slot: id.slot)
    }

    // MARK: Sending

    /// Whether it matters when what waits for a peer is sent: then the clock is to be read before
    /// it is, and `noteSent` told.
    package func isSendingTimed(to id: ConnectionID) -> Bool {
        sessions.hasUnsentPing(slot: id.slot)
    }

    /// Of what a peer is sent so many bytes wait, since the kernel doesn't take them. To be told
    /// whenever that has changed, and of sendings that are timed, with their moment.
    package mutating func noteSent(
        to id: ConnectionID,
        waiting: Int,
        at moment: Instant?,
        now: Moment
    ) {
        note(.sent(id, waiting: waiting, at: moment), at: now, 0)
        defer { noteOutcome() }
        sessions.noteWaiting(waiting, slot: id.slot, allSentAt: moment, at: now.instant)
    }
}
