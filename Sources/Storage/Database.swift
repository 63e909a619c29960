/// The daemon's database: persistent peers that were added at run time, and bans.
///
/// It is opened and used on one thread, which its calls block while the disk works; `Store` is what
/// that thread runs. When a call that changes something returns, the change survives kill -9 and
/// the loss of power: see `docs/storage.md`.
package final class Database {
    /// The core keeps at most 10,000 automatic bans and as many of operators.
    package static let maxBans = 20_000
    /// What `persistent.max` can be at most.
    package static let maxPersistentPeers = 1_000

    private let files: DatabaseFiles
    private let connection: Connection
    private var place: DatabaseFiles.Place
    /// Nil only while the object goes: statements must go before their connection.
    private var statements: Statements?

    /// Opens the database in the folder, or makes it there.
    ///
    /// - Parameters:
    ///   - folder: The state folder, which must exist and which nobody else works in.
    ///   - condemned: What an earlier use of the database found wrong with it: it is set aside
    ///     without another look.
    ///   - now: Wall time in seconds since 1970, for the name of what is set aside.
    ///   - setAside: Set when what was there was damaged and an empty one has taken its place, or
    ///     was about to when this failed.
    /// - Throws: When the folder or its disk doesn't let us, and when a newer peerd wrote what is
    ///   there; damage alone is no error.
    package init(
        in folder: String,
        condemned: Damage? = nil,
        atSeconds now: Int,
        setAside: inout SetAside?
    ) throws(StorageError) {
        files = DatabaseFiles(folder: folder, schema: .peers)
        connection = try Opening(files: files)
            .connection(condemned: condemned, atSeconds: now, setAside: &setAside)
        place = DatabaseFiles.Place(of: files)
        statements = try Statements.prepared(on: connection)
    }

    deinit { statements = nil }

    /// All rows. What a text means is for the caller to check: the file may have been edited.
    package func load() throws(StorageError) -> Contents { try Contents(in: connection) }

    /// Whether file and log are still what is found under their names.
    func isInPlace() -> Bool { place.holds(for: files) }

    /// Whether they could be written to now, as far as can be said without doing it.
    func checkWritable() throws(StorageError) { try files.checkWritable() }

    /// Makes all of these changes or, if this throws, none. (When the disk fails while it is told
    /// to keep them, either may turn out later; making them again is right in both cases.)
    package func apply(_ changes: [Change]) throws(StorageError) {
        try inTransaction { () throws(StorageError) in
            for change in changes { try make(change) }
        }
    }

    /// Makes these all that the database holds.
    package func replace(with contents: Contents) throws(StorageError) {
        try inTransaction { () throws(StorageError) in
            try connection.execute("DELETE FROM ban; DELETE FROM persistent_peer", for: .save)
            for peer in contents.persistentPeers { try make(.addPersistentPeer(peer)) }
            for ban in contents.bans { try make(.putBan(ban)) }
        }
    }

    /// Makes closing write nothing more: after an error that leaves it open what is on disk.
    func leaveFilesAsTheyAre() { connection.keepLog(true) }

    private func make(_ change: Change) throws(StorageError) {
        switch change {
        case .addPersistentPeer(let row):
            try statements?.addPeer
                .run(.text(row.target), .integer(row.addedMicroseconds), for: .save)
        case .removePersistentPeer(let target):
            try statements?.removePeer.run(.text(target), for: .save)
        case .putBan(let row):
            let until = row.untilMicroseconds.map { Statement.Value.integer($0) } ?? .null
            try statements?.putBan
                .run(.text(row.prefix), until, .text(row.origin.rawValue), for: .save)
        case .removeBan(let prefix):
            try statements?.removeBan.run(.text(prefix), for: .save)
        case .removeBansEnded(let now):
            try statements?.removeBansEnded.run(.integer(now), for: .save)
        }
    }

    private func inTransaction(_ body: () throws(StorageError) -> Void) throws(StorageError) {
        // Immediate: another process that writes is met here, not in the middle.
        try connection.execute("BEGIN IMMEDIATE", for: .save)
        do throws(StorageError) {
            try body()
            try checkLimits()
            try connection.execute("COMMIT", for: .save)
        } catch {
            // If that fails as well, closing the connection does the same.
            if connection.isInTransaction { try? connection.execute("ROLLBACK", for: .save) }
            throw error
        }
    }

    private func checkLimits() throws(StorageError) {
        for (table, limit, query) in [
            ("bans", Self.maxBans, "SELECT count(*) FROM ban" as StaticString),
            ("peers", Self.maxPersistentPeers, "SELECT count(*) FROM persistent_peer"),
        ] {
            let count = try connection.integer(query, for: .save)
            guard count <= limit else {
                throw StorageError(.tooManyRows, .save, "\(count) \(table), and \(limit) may be")
            }
        }
    }
}

/// Prepared once, for as long as the connection lives.
private struct Statements: ~Copyable {
    let addPeer: Statement
    let removePeer: Statement
    let putBan: Statement
    let removeBan: Statement
    let removeBansEnded: Statement

    static func prepared(
        on connection: borrowing Connection
    ) throws(StorageError) -> Statements {
        try Statements(
            addPeer: connection.prepare(
                "INSERT INTO persistent_peer VALUES (?, ?) ON CONFLICT DO NOTHING",
                for: .open
            ),
            removePeer: connection.prepare(
                "DELETE FROM persistent_peer WHERE target = ?",
                for: .open
            ),
            putBan: connection.prepare(
                """
                INSERT INTO ban VALUES (?1, ?2, ?3)
                ON CONFLICT DO UPDATE SET until_us = ?2, origin = ?3
                """,
                for: .open
            ),
            removeBan: connection.prepare("DELETE FROM ban WHERE prefix = ?", for: .open),
            removeBansEnded: connection.prepare("DELETE FROM ban WHERE until_us <= ?", for: .open)
        )
    }
}
