import Addressing
import ConnectionCore
import LinuxIO
import Storage
import Timing

/// What the loop asks of the store's thread.
enum StateRequest: Sendable {
    /// Takes the folder, before anything else is done in it.
    case lock
    case load
    case apply([Change])
    /// Makes this all that is stored.
    case replace(StateSnapshot)
    /// Looks whether all is in its place and could be written to.
    case check
}

/// What came of a request.
enum StateReply: Sendable {
    /// Of `lock`; nil when the folder is this daemon's.
    case lock(DirectoryLock.Failure?)
    /// Of all others.
    case store(StoreReply)
}

struct StoreReply: Sendable {
    enum Answer: Sendable {
        case loaded(StoredState)
        /// It can be read and, for this reason, not be written.
        case loadedUnwritable(StoredState, StorageError)
        case saved
    }

    /// A damaged file that got out of the way of a new one, whether or not the request then worked.
    let setAside: SetAside?
    let result: Result<Answer, StorageError>
}

/// All that is to be on disk, in the daemon's own values: 20,000 bans take some hundredths of a
/// second to be written as texts, so that is done on the store's thread.
struct StateSnapshot: Sendable {
    let peers: [PeerTarget: WallTime]
    let refused: [StoredState.Peer]
    let bans: BanList
    let unreadable: Contents
    let at: Moment

    /// The rows. What is not in force comes last, and is left out where the database has no room
    /// for it.
    var contents: Contents {
        let peers = peers.sorted { $0.value < $1.value }
            .map { PersistentPeerRow($0.key, added: $0.value) }
        let refused = refused.map { PersistentPeerRow($0.target, added: $0.added) }
        let bans = bans.inForce(at: at).map { BanRow($0) }
        return Contents(
            persistentPeers: Array(
                (peers + refused + unreadable.persistentPeers).prefix(Database.maxPersistentPeers)
            ),
            bans: Array((bans + unreadable.bans).prefix(Database.maxBans))
        )
    }
}
