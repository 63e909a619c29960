import Addressing
import ConnectionCore
import Engine
import Facts
import Storage
import Timing

@testable import peerd

/// A core and what isn't on disk of it, in simulated time: the daemon without kernel and disk.
struct StateKeeping {
    var core: ConnectionCore
    var state = StateChanges()
    private(set) var now = Moment(
        instant: Instant(nanoseconds: 1_000),
        wall: WallTime(microseconds: 1_000_000)
    )
    private var actions = Actions()
    private(set) var refusals: [String] = []

    /// With nothing stored, and that read already; nil if it is still to be asked for.
    init(maxPersistent: Int = 8, loading contents: Contents? = Contents()) {
        var policy = Policy()
        policy.persistent.max = maxPersistent
        policy.limits.perHost = 0
        policy.outbound.target = 0
        core = ConnectionCore(policy: policy, seed: 1)
        guard let contents else { return }
        _ = next()
        load(contents)
    }

    // MARK: What operators do

    mutating func add(_ target: String) {
        _ = try? core.addPersistent(.parsed(target), at: now, &actions)
        perform()
    }

    mutating func remove(_ target: String) {
        _ = try? core.remove(.target(.parsed(target)), at: now, &actions)
        perform()
    }

    mutating func ban(_ prefix: String, for duration: Duration? = nil) {
        _ = try? core.ban(.parsed(prefix), for: duration, at: now, &actions)
        perform()
    }

    mutating func unban(_ prefix: String) {
        try? core.unban(.parsed(prefix), &actions)
        perform()
    }

    mutating func configure(_ targets: String..., maxPersistent: Int? = nil) {
        var policy = core.policy
        if let maxPersistent { policy.persistent.max = maxPersistent }
        let configured = targets.map { PeerTarget.parsed($0) }
        _ = core.reload(policy, configured: configured, at: now, &actions)
        perform()
        state.noteConfigured(configured)
        let restored = state.restoreRefused(to: &core, at: now, &actions)
        perform()
        refusals += restored.refusals.map { "\($0.target): \($0.refusal.sentence(.journal))" }
    }

    mutating func shutDown() {
        state.freeze(core, at: now)
        core.shutDown(at: now, &actions)
        perform()
    }

    private mutating func perform() {
        for action in actions.pending {
            switch action {
            case .report(let report): state.note(report)
            case .keep(let prefix): state.changed(prefix)
            case .resolve, .dial, .close: break
            }
        }
        actions.removeAll()
        core.checkInvariants()
    }

    // MARK: What the store does

    mutating func pass(_ duration: Duration) {
        now = Moment(instant: now.instant + duration, wall: now.wall + duration)
    }

    /// Somebody sets the calendar's clock.
    mutating func setClock(by shift: Duration) {
        now = Moment(instant: now.instant, wall: now.wall + shift)
        var source = AddressList([], shuffledBy: SeededRandom(seed: 1))
        core.handle(.clockMoved, at: now, picking: &source, &actions)
        perform()
        for ban in core.bans.timed(at: now) { state.changed(ban.prefix) }
    }

    mutating func next() -> StateRequest? { state.nextRequest(of: core, at: now) }

    /// The next request in words; "" for none.
    mutating func nextWords() -> String { next()?.words ?? "" }

    mutating func load(_ contents: Contents) {
        _ = state.succeeded(settingAside: false)
        restore(StoredState(contents))
    }

    mutating func restore(_ stored: StoredState) {
        let restored = state.restore(stored, to: &core, at: now, &actions)
        perform()
        refusals += restored.refusals.map { "\($0.target): \($0.refusal.sentence(.journal))" }
    }

    /// The present request is on disk.
    @discardableResult
    mutating func succeed(settingAside: Bool = false) -> Bool {
        state.succeeded(settingAside: settingAside)
    }

    @discardableResult
    mutating func fail(_ kind: StorageError.Kind = .full) -> Duration? {
        state.failed(StorageError(kind, .save, "a test"), at: now.instant)
    }

    // MARK: What the core holds

    /// The runtime peers.
    var peers: Set<String> {
        var peers: Set<String> = []
        for connection in core.table.connections
        where core.table.persistence(of: connection.id)?.origin == .runtime {
            peers.insert("\(core.table.target(of: connection))")
        }
        return peers
    }

    var bans: Set<String> { Set(core.bans.inForce(at: now).map { "\($0.prefix)" }) }
}

extension StateRequest {
    /// `load`, `+peer -peer !ban ~lifted sweep` ordered, or `all:` and the rows as they are
    /// written.
    var words: String {
        switch self {
        case .lock: "lock"
        case .load: "load"
        case .check: "check"
        case .apply(let changes): changes.map(\.words).sorted().joined(separator: " ")
        case .replace(let snapshot): "all: " + snapshot.contents.words
        }
    }
}

extension StateRequest {
    static func wordsInOrder(_ changes: [Change]) -> [String] { changes.map(\.words) }
}

extension Change {
    fileprivate var words: String {
        switch self {
        case .addPersistentPeer(let row): "+\(row.target)"
        case .removePersistentPeer(let target): "-\(target)"
        case .putBan(let row): "!\(row.prefix)"
        case .removeBan(let prefix): "~\(prefix)"
        case .removeBansEnded: "sweep"
        }
    }
}

extension Contents {
    var words: String {
        let peers = persistentPeers.sorted { $0.addedMicroseconds < $1.addedMicroseconds }
        return (peers.map { "+\($0.target)" } + bans.map { "!\($0.prefix)" })
            .joined(separator: " ")
    }

    /// Peers in this order, and bans without end.
    init(peers: [String], bans: [String] = []) {
        self.init(
            persistentPeers: peers.enumerated().map { index, target in
                PersistentPeerRow(target: target, addedMicroseconds: Int64(index))
            },
            bans: bans.map { BanRow(prefix: $0, untilMicroseconds: nil, origin: .operator) }
        )
    }
}

extension PeerTarget {
    static func parsed(_ text: String) -> PeerTarget {
        do throws(AddressError) {
            return try PeerTarget(parsing: text, defaultPort: nil)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

extension Prefix {
    static func parsed(_ text: String) -> Prefix {
        do throws(AddressError) {
            return try Prefix(parsing: text)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
