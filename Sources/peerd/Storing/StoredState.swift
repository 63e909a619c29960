import Addressing
import ConnectionCore
import Facts
import Storage
import Timing

/// What was stored, as the daemon understands it.
struct StoredState: Sendable {
    struct Peer: Equatable, Sendable {
        let target: PeerTarget
        let added: WallTime
    }

    /// In the order in which they were added.
    private(set) var peers: [Peer] = []
    private(set) var bans: [Ban] = []
    /// Rows whose texts mean nothing to us: somebody edited the file, or the disk did.
    private(set) var unreadable = Contents()
    /// Why, one for each of those rows.
    private(set) var problems: [AddressError] = []
    /// False if a text isn't the one that we would write, so that it would be another row.
    private(set) var isAsWritten = true

    init(_ contents: Contents) {
        for row in contents.persistentPeers {
            do throws(AddressError) {
                let target = try PeerTarget(parsing: row.target, defaultPort: nil)
                let added = WallTime(microseconds: row.addedMicroseconds)
                peers.append(Peer(target: target, added: added))
                if "\(target)" != row.target { isAsWritten = false }
            } catch {
                unreadable.persistentPeers.append(row)
                problems.append(error)
            }
        }
        for row in contents.bans {
            do throws(AddressError) {
                let ban = try Ban(row)
                bans.append(ban)
                if "\(ban.prefix)" != row.prefix { isAsWritten = false }
            } catch {
                unreadable.bans.append(row)
                problems.append(error)
            }
        }
    }
}

extension PersistentPeerRow {
    init(_ target: PeerTarget, added: WallTime) {
        self.init(target: "\(target)", addedMicroseconds: added.microseconds)
    }
}

extension BanRow {
    init(_ ban: Ban) {
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
