package import Addressing
package import Facts
package import Timing

/// A persistent peer that operators added, with the time at which they did.
package struct StoredPeer: Equatable, Sendable {
    package let target: PeerTarget
    package let added: WallTime

    package init(_ target: PeerTarget, added: WallTime) {
        self.target = target
        self.added = added
    }
}

/// What was stored, as far as it means something.
package struct StoredState: Sendable {
    /// In the order in which they were added.
    package var peers: [StoredPeer]
    package var bans: [Ban]
    /// False if it was written in another way than it would be now, so that what is changed would
    /// stand beside what it changes.
    package var isAsWritten: Bool

    package init(peers: [StoredPeer] = [], bans: [Ban] = [], isAsWritten: Bool = true) {
        self.peers = peers
        self.bans = bans
        self.isAsWritten = isAsWritten
    }
}
