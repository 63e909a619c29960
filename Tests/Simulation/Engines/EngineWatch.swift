internal import Addressing
internal import ConnectionCore
import Engine
import Facts
internal import Timing

/// What one engine promises by itself, seen from outside: of its steps and answers alone, and of
/// what its shell knows. It asks the engine nothing but to compare.
struct EngineWatch {
    enum Stage: Equatable {
        /// A persistent peer between two attempts.
        case waiting
        case attempting
        /// With a connected socket.
        case open
    }

    struct Entry {
        let id: ConnectionID
        var kind: Kind
        var isPersistent: Bool
        var target: PeerTarget
        var address: PeerAddress?
        var stage: Stage
        var isReady = false
        /// Since when it has been at this stage, or has been ready.
        var since: Instant
        /// Of the last dial.
        var attempt: UInt32 = 0
        /// It has failed because of another connection of its name, and may have been merged.
        var mayBeMerged = false
        /// What went over its socket.
        var carried = Traffic()

        var hasHeard: Bool { carried.received > 0 }
    }

    var policy: EnginePolicy
    private(set) var entries: [Entry?] = []
    private(set) var lastNumber: UInt64 = 0
    private(set) var totals = TotalsWatch()
    /// Who waits for what.
    private(set) var waiters: [(waiter: Waiter, id: ConnectionID)] = []
    /// Slots that the present call is about.
    private(set) var touched: [Int] = []
    /// Those whose end was reported in the present call, with whether the step has come.
    private var closing: [ConnectionID] = []
    private(set) var isEnding = false
    /// Stored peers that couldn't be kept.
    var refused: [PeerTarget] = []
    /// Persistent peers that were removed and not added again.
    var unwanted: Set<PeerTarget> = []
    private(set) var lastEnded: EndedConnection?

    init(policy: EnginePolicy) {
        self.policy = policy
    }

    subscript(slot: Int) -> Entry? { slot < entries.count ? entries[slot] : nil }

    func entry(_ id: ConnectionID) -> Entry? {
        self[id.slot].flatMap { $0.id == id ? $0 : nil }
    }

    var all: some Sequence<Entry> { entries.lazy.compactMap { $0 } }

    // MARK: What the shell does

    mutating func noteRead(_ count: Int, of slot: Int) {
        entries[slot]?.carried.received += UInt64(count)
        totals.noteRead(count)
    }

    mutating func noteTaken(_ count: Int, of slot: Int) {
        entries[slot]?.carried.sent += UInt64(count)
        totals.noteTaken(count)
    }

    /// The limits are others from now on.
    mutating func adopt(_ policy: EnginePolicy) { self.policy = policy }

    mutating func waits(_ waiter: Waiter, for id: ConnectionID) {
        waiters.append((waiter, id))
    }

    mutating func abandons(_ waiter: Waiter) {
        waiters.removeAll { $0.waiter == waiter }
    }

    // MARK: Steps

    mutating func resolving(_ attempt: DialAttempt, _ name: PeerName) throws(BrokenPromise) {
        try attempting(attempt)
        guard let entry = entry(attempt.id), entry.target == .name(name) else {
            throw BrokenPromise("\(name) is looked up for \(attempt.id), which isn't called so")
        }
    }

    mutating func dialling(_ attempt: DialAttempt, _ address: PeerAddress) throws(BrokenPromise) {
        try attempting(attempt)
        if case .address(let target)? = entry(attempt.id)?.target, target != address {
            throw BrokenPromise("\(attempt.id) is to \(target) and dials \(address)")
        }
        entries[attempt.id.slot]?.address = address
    }

    private mutating func attempting(_ attempt: DialAttempt) throws(BrokenPromise) {
        guard let entry = entry(attempt.id), entry.stage == .attempting else {
            throw BrokenPromise("\(attempt.id) is dialled, which isn't being attempted")
        }
        guard attempt.number > entry.attempt else {
            throw BrokenPromise("attempt \(attempt.number) of \(attempt.id) comes a second time")
        }
        entries[attempt.id.slot]?.attempt = attempt.number
        touch(attempt.id)
    }

    func sending(to id: ConnectionID) throws(BrokenPromise) {
        guard let entry = entry(id), entry.stage == .open else {
            throw BrokenPromise("something is sent to \(id), which isn't connected")
        }
    }

    mutating func closed(_ id: ConnectionID) throws(BrokenPromise) {
        guard id.number <= lastNumber else { throw BrokenPromise("\(id) never was, and closes") }
        if let entry = entry(id), entry.stage == .open {
            throw BrokenPromise("\(id) is closed, of which no end was reported")
        }
        closing.removeAll { $0 == id }
        touch(id)
    }

    mutating func answered(
        _ waiter: Waiter,
        _ result: Result<ConnectionRow, Cause>
    ) throws(BrokenPromise) {
        guard let index = waiters.firstIndex(where: { $0.waiter == waiter }) else {
            throw BrokenPromise("\(waiter.number) is answered and doesn't wait")
        }
        let id = waiters.remove(at: index).id
        switch result {
        case .success(let row):
            guard row.id == id, let entry = entry(id), entry.stage == .open,
                entry.isReady || !policy.core.handshake.isRequired
            else { throw BrokenPromise("\(waiter.number) is answered too early") }
        case .failure:
            if let entry = entry(id), entry.stage == .open {
                throw BrokenPromise("\(waiter.number) is told of a failure that wasn't")
            }
        }
    }

    mutating func touch(_ id: ConnectionID) {
        if !touched.contains(id.slot) { touched.append(id.slot) }
    }

    // MARK: Changes of entries, by reports

    mutating func insert(_ entry: Entry) throws(BrokenPromise) {
        let slot = entry.id.slot
        guard entry.id.number > lastNumber else {
            throw BrokenPromise("\(entry.id) is the id of another connection")
        }
        while entries.count <= slot { entries.append(nil) }
        if let other = entries[slot] {
            throw BrokenPromise("\(entry.id) takes the slot of \(other.id)")
        }
        lastNumber = entry.id.number
        entries[slot] = entry
    }

    mutating func update(_ id: ConnectionID, _ change: (inout Entry) -> Void) {
        guard var entry = entry(id) else { return }
        change(&entry)
        entries[id.slot] = entry
    }

    mutating func remove(_ id: ConnectionID) { entries[id.slot] = nil }

    mutating func noteTotals(_ report: Report) { totals.note(report) }

    mutating func noteShutDown() { isEnding = true }

    mutating func noteClosing(_ id: ConnectionID) { closing.append(id) }

    mutating func noteEnded(_ ended: EndedConnection) { lastEnded = ended }

    // MARK: Agreement

    /// After each call and its steps: what was told fits what is there.
    mutating func settle(with engine: borrowing Engine, at now: Moment) throws(BrokenPromise) {
        guard closing.isEmpty else {
            throw BrokenPromise("\(closing[0]) has ended, and nothing is closed")
        }
        for slot in touched { try agree(on: slot, with: engine) }
        touched.removeAll(keepingCapacity: true)
        if isEnding {
            for entry in Array(all) {
                guard entry.stage == .waiting else {
                    throw BrokenPromise("\(entry.id) outlived the shutdown")
                }
                remove(entry.id)
            }
        }
        for (waiter, id) in waiters where entry(id) == nil {
            throw BrokenPromise("\(waiter.number) waits for \(id), which has ended")
        }
        if let lastEnded {
            guard engine.history.page(limit: 1).connections == [lastEnded] else {
                throw BrokenPromise("the history doesn't begin with the end of \(lastEnded.id)")
            }
        }
        lastEnded = nil
    }

    private mutating func agree(
        on slot: Int,
        with engine: borrowing Engine
    ) throws(BrokenPromise) {
        guard let entry = self[slot] else {
            guard let id = engine.connection(inSlot: slot) else { return }
            throw BrokenPromise("\(id) is there, of which nothing was reported")
        }
        guard let row = engine.row(of: entry.id) else {
            guard entry.mayBeMerged else {
                throw BrokenPromise("\(entry.id) is gone, and nothing was reported")
            }
            remove(entry.id)
            return
        }
        entries[slot]?.mayBeMerged = false
        let stage: Stage =
            switch row.phase {
            case .waiting: .waiting
            case .dialing: .attempting
            case .handshaking, .established: .open
            }
        guard stage == entry.stage, row.isReady == entry.isReady,
            row.isPersistent == entry.isPersistent,
            row.kind == ShownKind(entry.kind, isPersistent: entry.isPersistent),
            row.target == entry.target
        else { throw BrokenPromise("\(row) is shown, reported was \(entry)") }
        if stage == .open {
            guard row.traffic == entry.carried else {
                throw BrokenPromise(
                    "\(row.traffic.map { "\($0)" } ?? "nothing") went over "
                        + "\(entry.id), its row says; carried was \(entry.carried)"
                )
            }
        } else if row.traffic != nil || row.roundTrip != nil || row.introduction != nil {
            throw BrokenPromise("\(entry.id) has no socket, and its row has what was on one")
        }
        if row.introduction != nil, !entry.isReady {
            throw BrokenPromise("\(entry.id) has introduced itself and isn't ready")
        }
    }

    /// Everything against everything.
    mutating func agree(with engine: borrowing Engine) throws(BrokenPromise) {
        try totals.agree(with: engine)
        for slot in entries.indices { try agree(on: slot, with: engine) }
        var (rows, next) = engine.rows(fromSlot: 0, limit: 5, kind: nil, phase: nil)
        while let slot = next {
            let page = engine.rows(fromSlot: slot, limit: 5, kind: nil, phase: nil)
            rows += page.rows
            next = page.nextSlot
        }
        guard rows.map(\.id) == all.map(\.id) else {
            throw BrokenPromise("\(rows.map(\.id)) are listed, there are \(all.map(\.id))")
        }
    }
}
