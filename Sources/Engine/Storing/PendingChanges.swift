internal import Addressing

/// Which peers and prefixes have changed since the store was asked last, and in which order.
struct PendingChanges: Sendable {
    /// Changed peers and prefixes that are remembered one by one, some 60 bytes each. With more,
    /// all that is held is written instead. To find out about so many takes the loop less than a
    /// millisecond.
    static let limit = 500
    /// The same while the store hasn't been read, when nothing else tells that a stored ban was
    /// lifted: twice as many as there may be bans, at most 1.2 MB until then. With more, what was
    /// lifted comes back.
    static let limitUnloaded = 20_000

    /// With the number of the last change of each, which says what came after what.
    private(set) var peers: [PeerTarget: UInt64] = [:]
    private(set) var prefixes: [Prefix: UInt64] = [:]
    /// Everything counts as changed; then single ones aren't remembered.
    private(set) var isAll = false
    /// When each persistent peer that the core has was added, by the number of that change. Kept
    /// while everything is to be written as well, when single changes aren't.
    private(set) var additions: [PeerTarget: UInt64] = [:]
    private var number: UInt64 = 0
    private var limit = Self.limitUnloaded

    var isEmpty: Bool { !isAll && peers.isEmpty && prefixes.isEmpty }

    /// A persistent peer was added, also one that was there as another kind. A name is added first
    /// and may adopt a connection later, which isn't when it was added.
    mutating func added(_ target: PeerTarget) {
        changed(target)
        additions[target] = additions[target] ?? number
    }

    mutating func removed(_ target: PeerTarget) {
        changed(target)
        additions[target] = nil
    }

    mutating func changed(_ target: PeerTarget) {
        number += 1
        guard !isAll else { return }
        peers[target] = number
        checkLimit()
    }

    mutating func changed(_ prefix: Prefix) {
        number += 1
        guard !isAll else { return }
        prefixes[prefix] = number
        checkLimit()
    }

    mutating func markAll() {
        isAll = true
        peers = [:]
        prefixes = [:]
    }

    /// What is stored is known from now on: not every change need be remembered any more.
    mutating func noteLoaded() {
        limit = Self.limit
        checkLimit()
    }

    /// The store is asked for all of it.
    mutating func forget() {
        isAll = false
        peers = [:]
        prefixes = [:]
    }

    private mutating func checkLimit() {
        if peers.count + prefixes.count > limit { markAll() }
    }
}
