internal import ConnectionCore
internal import Addressing
import Engine
import Facts
internal import Timing

/// What a machine keeps when its daemon or it itself is gone, and how well that works at present.
final class Disk {
    enum Mood: CaseIterable {
        case works
        /// Takes seconds for each request.
        case slow
        case fails
        case readOnly
        /// It fails, and has done nevertheless what it was asked for.
        case failsLate
    }

    var mood = Mood.works
    /// The file was taken away, and its daemon hasn't noticed yet.
    private(set) var isDisplaced = false
    /// The next opening finds the file damaged, and begins a new one.
    private(set) var isDamaged = false
    private(set) var peers: [StoredPeer] = []
    private(set) var bans: [Ban] = []
    /// What is being done.
    private(set) var request: StoreRequest?

    private static let failure = StoreFailure(.other, "the disk fails")
    private static let unwritable = StoreFailure(.readOnly, "the disk is read-only")

    func begin(_ request: StoreRequest) throws(BrokenPromise) {
        guard self.request == nil else {
            throw BrokenPromise("the store is asked for more before it has answered")
        }
        self.request = request
    }

    /// Does what was asked for.
    ///
    /// - Returns: The answer, and whether a damaged file was set aside for it.
    func finish() throws(BrokenPromise) -> (answer: Engine.StoreAnswer, settingAside: Bool) {
        guard let request else { throw BrokenPromise("nothing was asked of the store") }
        self.request = nil
        if isDisplaced {
            isDisplaced = false
            return (.failed(Self.failure), false)
        }
        switch mood {
        case .fails:
            return (.failed(Self.failure), false)
        case .failsLate:
            // What is read by nobody needn't be done.
            if case .load = request { return (.failed(Self.failure), false) }
            commit(request)
            return (.failed(Self.failure), false)
        case .readOnly:
            if case .load = request { return (.loadedUnwritable(state, Self.unwritable), false) }
            return (.failed(Self.unwritable), false)
        case .works, .slow:
            let wasDamaged = isDamaged
            isDamaged = false
            if wasDamaged { (peers, bans) = ([], []) }
            commit(request)
            if case .load = request { return (.loaded(state), wasDamaged) }
            return (.saved, wasDamaged)
        }
    }

    /// The process has died in the middle of it: all of it was done, or nothing.
    func crash(havingDone isDone: Bool) {
        if isDone, let request, !isDisplaced, !isDamaged { commit(request) }
        request = nil
        isDisplaced = false
    }

    /// Somebody takes the file away while the daemon has it open.
    func takeAway() {
        (peers, bans, isDisplaced) = ([], [], true)
    }

    func damage() { isDamaged = true }

    private var state: StoredState {
        // As rows are: without what only the process knew, and in the order of their times.
        let rows = bans.map { Ban(prefix: $0.prefix, until: $0.until, origin: $0.origin) }
        return StoredState(peers: peers.sorted { $0.added < $1.added }, bans: rows)
    }

    private func commit(_ request: StoreRequest) {
        switch request {
        case .load, .check: break
        case .replace(let snapshot): (peers, bans) = (snapshot.peers, snapshot.bans)
        case .apply(let changes): for change in changes { commit(change) }
        }
    }

    private func commit(_ change: StateChange) {
        switch change {
        case .addPeer(let peer):
            if !peers.contains(where: { $0.target == peer.target }) { peers.append(peer) }
        case .removePeer(let target): peers.removeAll { $0.target == target }
        case .putBan(let ban):
            bans.removeAll { $0.prefix == ban.prefix }
            bans.append(ban)
        case .removeBan(let prefix): bans.removeAll { $0.prefix == prefix }
        case .removeBansEnded(let time): bans.removeAll { $0.until.map { $0 <= time } ?? false }
        }
    }
}
