import Addressing
import ConnectionCore
import Facts
import Timing

@testable import Engine

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
    init(maxPersistent: Int = 8, loading stored: StoredState? = StoredState()) {
        var policy = Policy()
        policy.persistent.max = maxPersistent
        policy.limits.perHost = 0
        policy.outbound.target = 0
        core = ConnectionCore(policy: policy, seed: 1)
        guard let stored else { return }
        _ = next()
        load(stored)
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
        refusals += restored.refusals.map {
            "\($0.target): \($0.refusal.sentence(Wording(systemError: { "error \($0)" })))"
        }
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
        for ban in core.bans.ending(at: now) { state.changed(ban.prefix) }
    }

    mutating func next() -> StoreRequest? { state.nextRequest(of: core, at: now) }

    /// The next request in words; "" for none.
    mutating func nextWords() -> String { next()?.words ?? "" }

    mutating func load(_ stored: StoredState) {
        _ = state.succeeded(settingAside: false)
        restore(stored)
    }

    mutating func restore(_ stored: StoredState) {
        let restored = state.restore(stored, to: &core, at: now, &actions)
        perform()
        refusals += restored.refusals.map {
            "\($0.target): \($0.refusal.sentence(Wording(systemError: { "error \($0)" })))"
        }
    }

    /// The present request is on disk.
    @discardableResult
    mutating func succeed(settingAside: Bool = false) -> Bool {
        state.succeeded(settingAside: settingAside)
    }

    @discardableResult
    mutating func fail(_ kind: StoreFailure.Kind = .other) -> Duration? {
        state.failed(StoreFailure(kind, "a test"), at: now.instant)
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

extension StoreRequest {
    /// `load`, `+peer -peer !ban ~lifted sweep` ordered, or `all:` and what is to be stored.
    var words: String {
        switch self {
        case .load: "load"
        case .check: "check"
        case .apply(let changes): changes.map(\.words).sorted().joined(separator: " ")
        case .replace(let snapshot): "all: " + snapshot.words
        }
    }

    static func wordsInOrder(_ changes: [StateChange]) -> [String] { changes.map(\.words) }
}

extension StateChange {
    fileprivate var words: String {
        switch self {
        case .addPeer(let peer): "+\(peer.target)"
        case .removePeer(let target): "-\(target)"
        case .putBan(let ban): "!\(ban.prefix)"
        case .removeBan(let prefix): "~\(prefix)"
        case .removeBansEnded: "sweep"
        }
    }
}

extension StateSnapshot {
    fileprivate var words: String {
        let peers = peers.sorted { $0.added.microseconds < $1.added.microseconds }
        return (peers.map { "+\($0.target)" } + bans.map { "!\($0.prefix)" })
            .joined(separator: " ")
    }
}

extension StoredState {
    /// Peers in this order, and bans without end.
    init(peers: [String], bans: [String] = []) {
        self.init(
            peers: peers.enumerated().map { index, target in
                StoredPeer(.parsed(target), added: WallTime(microseconds: Int64(index)))
            },
            bans: bans.map { Ban(prefix: .parsed($0), until: nil, origin: .operator) }
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
