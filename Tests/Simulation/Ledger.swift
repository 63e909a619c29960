internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What connections there are, as one would know it from the reports alone: the journal's reader.
/// It holds each report against what it knows, and everything it knows against the core's table.
struct Ledger {
    enum Standing: Equatable {
        /// Only persistent ones, between two attempts.
        case waiting
        /// Resolving or connecting.
        case dialing
        /// Connected since then, and not yet agreed with the peer.
        case handshaking(since: Instant)
        case established(since: Instant)

        /// Since when it has had a connected socket, or has been established.
        var openSince: Instant? {
            switch self {
            case .waiting, .dialing: nil
            case .handshaking(let since), .established(let since): since
            }
        }

        var isHandshaking: Bool { if case .handshaking = self { true } else { false } }
    }

    /// What the rules let follow on the end of a persistent connection's attempt, in the same step.
    enum Sequel: Equatable {
        case none
        /// Waits for a time from `least` up to `most`.
        case retries(UInt32, least: Duration, most: Duration)
        /// Says that it waits for so long each time.
        case waitsQuietly(Duration)
        case redials
        case waitsForNetwork
    }

    struct Entry {
        let id: ConnectionID
        var kind: Kind
        var isPersistent: Bool
        var isWhitelisted = false
        var isProxied = false
        /// From the machine itself.
        var isTrusted = false
        /// Where it came in, if that is behind a proxy.
        var gate: UInt8?
        var isReady = false
        /// What its caller gives the attempt in all, and when that is over.
        var limit: (duration: Duration, until: Instant)?
        /// The session has said that the handshake is complete.
        var hasShakenHands = false
        var target: PeerTarget
        var address: PeerAddress?
        /// The address of a name that was dialled last; the automatic dialler leaves it alone.
        var lastAddress: PeerAddress?
        /// What the resolver gave and was not tried yet.
        var untried: [PeerAddress] = []
        /// Its address is being dialled, and the kernel hasn't said how that ended.
        var isDialOpen = false
        var standing: Standing
        /// When the present phase began, or the present address was dialled.
        var since: Instant { didSet { grace = .zero } }
        /// For so long the loop stood still since then, which is nobody's time.
        var grace = Duration.zero
        var retries: UInt32 = 0
        /// Why it is down: the last failure, how many there were in a row, and how many of the last
        /// ones were the peer's closing at once.
        var setback: Setback.Cause?
        var setbacks: UInt32 = 0
        var hangUps: UInt32 = 0
        var downSince: Instant?
        var isDownSaid = false
        var sequel = Sequel.none
        /// While it waits: when the next attempt may and must begin.
        var nextAttempt: (earliest: Instant, latest: Instant)?
        /// Its end was reported, so the step that ends it must follow.
        var owesClose = false

        var isLimited: Bool { !isPersistent && !isWhitelisted }
        var isNamed: Bool { if case .name = target { true } else { false } }
    }

    let policy: Policy
    /// In the slots of the core's table.
    var slots: [Entry?] = []
    var isNetworkActive = true
    var networkResumedAt: Instant?
    var isShuttingDown = false
    var pacing = Pacing()
    var exhaustion = ExhaustionBook()
    var rests = RestBook()
    /// Since when fewer outbound peers than wanted have been ready.
    var missedSince: Instant?
    var isMissSaid = false
    /// That nobody can be dialled was said, and the target wasn't reached since.
    var isShortageSaid = false
    /// What was said of it in this step.
    var shortage: Shortage?
    /// What was dialled and led to ourselves, and when. Never iterated.
    private var ownAddresses: [PeerAddress: Instant] = [:]
    /// What was dialled and misbehaved, and until when it isn't picked. Never iterated.
    private var offenders: [PeerAddress: Instant] = [:]
    /// What the caller gives the attempt that it asks for.
    var asked: Duration?
    /// What is named at present to be kept.
    var adopting: PeerTarget?
    /// What a name's entry leaves to the connection that it adopts in this step.
    var handedOver: (to: ConnectionID, entry: Entry)?
    /// What the peer is that is being let in.
    var arriving = (
        isWhitelisted: false, isProxied: false, isTrusted: false, gate: nil as UInt8?
    )
    /// What an address source must have been told by now.
    var expectedSuccesses = 0
    var expectedFailures = 0

    init(policy: Policy) {
        self.policy = policy
    }

    subscript(id: ConnectionID) -> Entry? {
        guard id.slot < slots.count, let entry = slots[id.slot], entry.id == id else { return nil }
        return entry
    }

    /// In the order of slots.
    var entries: some Sequence<Entry> { slots.lazy.compactMap { $0 } }

    /// What a report or a step is about, which must be there.
    func entry(of id: ConnectionID) throws(BrokenPromise) -> Entry {
        guard let entry = self[id] else { throw BrokenPromise("\(id) is reported and not there") }
        return entry
    }

    /// A slot is free again only when its connection was closed.
    mutating func insert(_ entry: Entry) throws(BrokenPromise) {
        while slots.count <= entry.id.slot { slots.append(nil) }
        if let other = slots[entry.id.slot] {
            throw BrokenPromise("\(entry.id) has the slot of \(other.id), which has not ended")
        }
        slots[entry.id.slot] = entry
    }

    mutating func set(_ entry: Entry) {
        slots[entry.id.slot] = entry
    }

    mutating func remove(_ id: ConnectionID) {
        if let entry = self[id], entry.kind == .outbound || entry.kind == .manual,
            entry.address ?? entry.lastAddress != nil
        {
            pacing.freed()
        }
        slots[id.slot] = nil
    }

    /// The loop has stood still: what a peer or a caller had left of its time it has still.
    mutating func stoodStill(for pause: Duration) {
        for index in slots.indices where slots[index]?.standing != .waiting {
            slots[index]?.grace += pause
            if let limit = slots[index]?.limit {
                slots[index]?.limit?.until = limit.until + pause
            }
        }
    }

    /// What was said in this step of there being nobody to dial.
    mutating func takeShortage() -> Shortage? {
        defer { shortage = nil }
        return shortage
    }

    // MARK: Steps

    /// A lookup starts, of the entry's name and before it has an address.
    mutating func resolving(_ attempt: DialAttempt, _ name: PeerName) throws(BrokenPromise) {
        let entry = try entry(of: attempt.id)
        guard entry.standing == .dialing, entry.target == .name(name), entry.address == nil else {
            throw BrokenPromise("\(entry.id) resolves \(name) while \(entry.standing)")
        }
    }

    /// The resolver's answer is about to be given to the core.
    mutating func resolved(_ attempt: DialAttempt, to addresses: [PeerAddress]) {
        guard var entry = self[attempt.id] else { return }
        entry.untried = addresses
        set(entry)
    }

    /// The kernel's word on a dial is about to be given to the core.
    mutating func dialEnded(_ id: ConnectionID, _ failure: DialFailure, at now: Instant) {
        guard var entry = self[id], entry.isDialOpen else { return }
        if failure == .selfConnection, let address = entry.address {
            noteOwnAddress(address, at: now)
        }
        entry.isDialOpen = false
        if failure.isAddressToBlame { expectedFailures += 1 }
        if let address = entry.address {
            if failure.isWithoutRoute {
                rests.hasNoRoute(address, at: now)
            } else if failure.isAddressToBlame || failure == .selfConnection {
                noteRoute(to: address)
            }
        }
        set(entry)
    }

    /// The session's word on the handshake is about to be given to the core.
    mutating func handshakeEnds(of id: ConnectionID) {
        guard var entry = self[id] else { return }
        entry.hasShakenHands = true
        set(entry)
    }

    mutating func noteOwnAddress(_ address: PeerAddress, at now: Instant) {
        ownAddresses[address] = now
    }

    /// What was ourselves may be somebody else now, and what had no route may have one.
    mutating func forgetOwnAddresses() {
        ownAddresses = [:]
        rests.forget()
        pacing.freed()
    }

    mutating func noteOffender(_ address: PeerAddress, until end: Instant) {
        offenders[address] = end
    }

    func isOffender(_ address: PeerAddress, at now: Instant) -> Bool {
        offenders[address].map { now < $0 } ?? false
    }

    /// Within a day.
    func isOurs(_ address: PeerAddress, at now: Instant) -> Bool {
        ownAddresses[address].map { now - $0 < .seconds(24 * 60 * 60) } ?? false
    }

    /// A socket starts to connect: to the entry's address, or to the next one of its name.
    mutating func dialing(
        _ attempt: DialAttempt,
        _ address: PeerAddress,
        at now: Moment,
        _ bans: BanBook
    ) throws(BrokenPromise) {
        var entry = try entry(of: attempt.id)
        guard entry.standing == .dialing, !entry.owesClose else {
            throw BrokenPromise("\(entry.id) dials while \(entry.standing)")
        }
        // Nothing but the time that it took can have ended the dial to its last address.
        if entry.isDialOpen {
            expectedFailures += 1
            if let late = entry.address { noteRoute(to: late) }
        }
        entry.isDialOpen = true
        // The first address of a name shares its time with the resolving.
        let sharesTime = entry.isNamed && entry.address == nil
        if entry.isNamed {
            entry.address = nil
            set(entry)
            try take(address, from: &entry, at: now, bans)
            entry.lastAddress = address
        } else {
            guard entry.target == .address(address) else {
                throw BrokenPromise("\(entry.id) dials \(address) for \(entry.target)")
            }
        }
        entry.address = address
        if !sharesTime { entry.since = now.instant }
        set(entry)
    }

    /// The first address of a name that may be dialled comes next.
    private func take(
        _ address: PeerAddress,
        from entry: inout Entry,
        at now: Moment,
        _ bans: BanBook
    ) throws(BrokenPromise) {
        while let candidate = entry.untried.first {
            entry.untried.removeFirst()
            let mayDial = mayDial(candidate, for: entry, at: now, bans)
            guard candidate != address else {
                guard mayDial else { throw BrokenPromise("\(entry.id) must not dial \(address)") }
                return
            }
            if mayDial || mayAdopt(candidate, for: entry) {
                throw BrokenPromise("\(entry.id) passes \(candidate) over")
            }
        }
        throw BrokenPromise("\(entry.id) dials \(address), which its name doesn't have")
    }

    /// Whether an address of a name may be tried. Persistent peers are exempt from bans and from
    /// the limit of their host, since an operator named them.
    func mayDial(
        _ address: PeerAddress,
        for entry: Entry,
        at now: Moment,
        _ bans: BanBook
    ) -> Bool {
        guard Self.isDialable(address) else { return false }
        if entries.contains(where: { $0.address == address && $0.id != entry.id }) { return false }
        if entry.isPersistent { return true }
        guard bans.cover(of: address, at: now) == nil else { return false }
        return policy.limits.perHost == 0
            || count(of: HostKey(address.host)) < policy.limits.perHost
    }

    /// What a connection has is given up, right after its end was reported.
    mutating func closing(_ id: ConnectionID) throws(BrokenPromise) {
        guard var entry = self[id], entry.owesClose else {
            throw BrokenPromise("\(id) is closed before its end is reported")
        }
        entry.owesClose = false
        if entry.isPersistent { set(entry) } else { remove(id) }
    }

    // MARK: Comparison

    /// After each step: nothing is left undone, the table says the same, every bound holds.
    func agree(with table: ConnectionTable) throws(BrokenPromise) {
        var live = 0
        for entry in entries {
            live += 1
            guard !entry.owesClose else {
                throw BrokenPromise("\(entry.id) ended and isn't closed")
            }
            guard entry.sequel == .none else {
                throw BrokenPromise("\(entry.id) was to go on: \(entry.sequel)")
            }
            guard let connection = table[entry.id] else {
                throw BrokenPromise("\(entry.id) vanished without a report")
            }
            guard agrees(entry, with: connection, table) else {
                throw BrokenPromise("\(entry.id) is \(connection), reported was \(entry)")
            }
            guard connection.local == nil || connection.local != connection.remote else {
                throw BrokenPromise("\(entry.id) is connected to itself")
            }
        }
        var handshaking = PerKind()
        for entry in entries where entry.isLimited && entry.standing.isHandshaking {
            handshaking[entry.kind] += 1
        }
        guard table.census.handshaking == handshaking else {
            throw BrokenPromise("\(table.census.handshaking) shake hands, not \(handshaking)")
        }
        guard handedOver == nil else {
            throw BrokenPromise("\(handedOver.map { "\($0)" } ?? "") is adopted by nobody")
        }
        guard live == table.count else {
            throw BrokenPromise("the table has \(table.count) connections, reported were \(live)")
        }
        try checkBounds()
    }

    /// Whether the table says of a connection what its reports said.
    private func agrees(
        _ entry: Entry,
        with connection: Connection,
        _ table: ConnectionTable
    ) -> Bool {
        let standing: Standing =
            switch connection.phase {
            case .waiting: .waiting
            case .dialing: .dialing
            case .handshaking(let since, _): .handshaking(since: since)
            case .established(let since): .established(since: since)
            }
        return standing == entry.standing && connection.kind == entry.kind
            && connection.isPersistent == entry.isPersistent
            && connection.isReady == entry.isReady
            && connection.isWhitelisted == entry.isWhitelisted
            && connection.remote == entry.address
            && table.target(of: connection) == entry.target
            && (table.persistence(of: entry.id)?.retries ?? 0) == entry.retries
            && agrees(entry, with: table.persistence(of: entry.id))
    }

    /// Whether the table says of a persistent peer why it is down.
    private func agrees(_ entry: Entry, with known: ConnectionTable.Persistence?) -> Bool {
        guard let known else { return true }
        return known.downSince == entry.downSince && known.setback?.cause == entry.setback
            && (known.setback?.number ?? 0) == entry.setbacks
            && (known.setback?.hangUps ?? 0) == entry.hangUps
    }
}
