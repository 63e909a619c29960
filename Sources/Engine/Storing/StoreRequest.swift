package import Addressing
internal import ConnectionCore
package import Facts
package import Timing

/// What the store is to do. One request at a time; each is answered.
package enum StoreRequest: Sendable {
    case load
    /// In one transaction.
    case apply([StateChange])
    /// Makes this all that is stored.
    case replace(StateSnapshot)
    /// Looks whether all is in its place and could be written to.
    case check
}

/// One step of a transaction. Each can be repeated without harm.
package enum StateChange: Equatable, Sendable {
    case addPeer(StoredPeer)
    case removePeer(PeerTarget)
    /// In the place of an earlier one of the same prefix.
    case putBan(Ban)
    case removeBan(Prefix)
    /// Removes the bans that end at this time or have ended before.
    case removeBansEnded(by: WallTime)
}

/// All that is to be stored. 20,000 bans take some hundredths of a second to be written as texts,
/// so that is left to whoever stores them.
package struct StateSnapshot: Sendable {
    let peersInForce: [PeerTarget: WallTime]
    let refused: [StoredPeer]
    let allBans: BanList
    let at: Moment

    /// In the order in which they were added; those that aren't in force come last.
    package var peers: [StoredPeer] {
        peersInForce.sorted { $0.value < $1.value }.map { StoredPeer($0.key, added: $0.value) }
            + refused
    }

    package var bans: [Ban] { allBans.inForce(at: at) }
}

/// Why a request could not be done.
package struct StoreFailure: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Nothing can be written.
        case readOnly
        /// More than there may be. Nothing of the transaction was done.
        case tooMany
        case other
    }

    package let kind: Kind
    /// For an operator: what failed, and what to do.
    package let text: String

    package init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
