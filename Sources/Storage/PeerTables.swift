/// The tables of `peerd.db`: persistent peers that were added at run time, and bans.
package final class PeerTables: StoredTables {
    package static var schema: Schema { .peers }
    package static var emptying: StaticString { "DELETE FROM ban; DELETE FROM persistent_peer" }
    package static var limits: [RowLimit] {
        [
            RowLimit(rows: "bans", most: Contents.maxBans, count: "SELECT count(*) FROM ban"),
            RowLimit(
                rows: "peers",
                most: Contents.maxPersistentPeers,
                count: "SELECT count(*) FROM persistent_peer"
            ),
        ]
    }

    private let addPeer: Statement
    private let removePeer: Statement
    private let putBan: Statement
    private let removeBan: Statement
    private let removeBansEnded: Statement

    package init(on connection: borrowing Connection) throws(StorageError) {
        addPeer = try connection.prepare(
            "INSERT INTO persistent_peer VALUES (?, ?) ON CONFLICT DO NOTHING",
            for: .open
        )
        removePeer = try connection.prepare(
            "DELETE FROM persistent_peer WHERE target = ?",
            for: .open
        )
        putBan = try connection.prepare(
            """
            INSERT INTO ban VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET until_us = ?2, origin = ?3
            """,
            for: .open
        )
        removeBan = try connection.prepare("DELETE FROM ban WHERE prefix = ?", for: .open)
        removeBansEnded = try connection.prepare(
            "DELETE FROM ban WHERE until_us <= ?",
            for: .open
        )
    }

    package static func contents(
        in connection: borrowing Connection
    ) throws(StorageError) -> Contents {
        try Contents(in: connection)
    }

    package static func changes(making contents: Contents) -> [Change] {
        contents.persistentPeers.map { .addPersistentPeer($0) }
            + contents.bans.map { .putBan($0) }
    }

    package func make(_ change: Change) throws(StorageError) {
        switch change {
        case .addPersistentPeer(let row):
            try addPeer.run(.text(row.target), .integer(row.addedMicroseconds), for: .save)
        case .removePersistentPeer(let target):
            try removePeer.run(.text(target), for: .save)
        case .putBan(let row):
            let until = row.untilMicroseconds.map { Statement.Value.integer($0) } ?? .null
            try putBan.run(.text(row.prefix), until, .text(row.origin.rawValue), for: .save)
        case .removeBan(let prefix):
            try removeBan.run(.text(prefix), for: .save)
        case .removeBansEnded(let now):
            try removeBansEnded.run(.integer(now), for: .save)
        }
    }
}
