import Addressing
import Engine
import Facts
import Storage
import Timing

/// What was read of the database.
struct ReadState: Sendable {
    private(set) var state = StoredState()
    /// Rows whose texts mean nothing to us: somebody edited the file, or the disk did. They stay
    /// stored until somebody corrects them.
    private(set) var unreadable = Contents()
    /// Why, one for each of those rows.
    private(set) var problems: [AddressError] = []

    init(_ contents: Contents) {
        for row in contents.persistentPeers {
            do throws(AddressError) {
                let target = try PeerTarget(parsing: row.target, defaultPort: nil)
                let added = WallTime(microseconds: row.addedMicroseconds)
                state.peers.append(StoredPeer(target, added: added))
                if "\(target)" != row.target { state.isAsWritten = false }
            } catch {
                unreadable.persistentPeers.append(row)
                problems.append(error)
            }
        }
        for row in contents.bans {
            do throws(AddressError) {
                let ban = try Ban(row)
                state.bans.append(ban)
                if "\(ban.prefix)" != row.prefix { state.isAsWritten = false }
            } catch {
                unreadable.bans.append(row)
                problems.append(error)
            }
        }
    }
}

extension Change {
    init(_ change: StateChange) {
        self =
            switch change {
            case .addPeer(let peer): .addPersistentPeer(PersistentPeerRow(peer))
            case .removePeer(let target): .removePersistentPeer(target: "\(target)")
            case .putBan(let ban): .putBan(BanRow(ban))
            case .removeBan(let prefix): .removeBan(prefix: "\(prefix)")
            case .removeBansEnded(let time): .removeBansEnded(byMicroseconds: time.microseconds)
            }
    }
}

extension Contents {
    /// The rows of a snapshot, and those that mean nothing to us behind them. What is not in force
    /// comes last, and is left out where the database has no room for it.
    init(_ snapshot: StateSnapshot, besides unreadable: Contents) {
        let peers = snapshot.peers.map { PersistentPeerRow($0) } + unreadable.persistentPeers
        let bans = snapshot.bans.map { BanRow($0) } + unreadable.bans
        self.init(
            persistentPeers: Array(peers.prefix(Contents.maxPersistentPeers)),
            bans: Array(bans.prefix(Contents.maxBans))
        )
    }
}

extension StoreFailure {
    init(_ error: StorageError) {
        let kind: Kind =
            switch error.kind {
            case .readOnly: .readOnly
            case .tooManyRows: .tooMany
            case .full, .unreachable, .busy, .refusedValue, .damaged, .newer, .displaced,
                .inputOutput, .outOfMemory, .unexpected:
                .other
            }
        self.init(kind, error.description)
    }
}

extension PersistentPeerRow {
    fileprivate init(_ peer: StoredPeer) {
        self.init(target: "\(peer.target)", addedMicroseconds: peer.added.microseconds)
    }
}

extension BanRow {
    fileprivate init(_ ban: Ban) {
        self.init(
            prefix: "\(ban.prefix)",
            untilMicroseconds: ban.until?.microseconds,
            origin: Origin(ban.origin)
        )
    }
}

extension BanRow.Origin {
    fileprivate init(_ origin: Ban.Origin) {
        switch origin {
        case .operator: self = .operator
        case .automatic: self = .automatic
        }
    }
}

extension Ban {
    fileprivate init(_ row: BanRow) throws(AddressError) {
        self.init(
            prefix: try Prefix(parsing: row.prefix),
            until: row.untilMicroseconds.map { WallTime(microseconds: $0) },
            origin: Origin(row.origin)
        )
    }
}

extension Ban.Origin {
    fileprivate init(_ origin: BanRow.Origin) {
        switch origin {
        case .operator: self = .operator
        case .automatic: self = .automatic
        }
    }
}
