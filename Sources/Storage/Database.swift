/// A database of the daemon's, with the tables of one schema.
///
/// It is opened and used on one thread, which its calls block while the disk works; `FileStore` is
/// what that thread runs. When a call that changes something returns, the change survives kill -9
/// and, if the schema says so, the loss of power: see `docs/storage.md`.
final class Database<Tables: StoredTables> {
    private let files: DatabaseFiles
    private let connection: Connection
    private var place: DatabaseFiles.Place
    /// Nil only while the object goes: statements must go before their connection.
    private var tables: Tables?

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
    init(
        in folder: String,
        condemned: Damage? = nil,
        atSeconds now: Int,
        setAside: inout SetAside?
    ) throws(StorageError) {
        files = DatabaseFiles(folder: folder, schema: Tables.schema)
        connection = try Opening(files: files)
            .connection(condemned: condemned, atSeconds: now, setAside: &setAside)
        place = DatabaseFiles.Place(of: files)
        tables = try Tables(on: connection)
    }

    deinit { tables = nil }

    /// All rows. What a text means is for the caller to check: the file may have been edited.
    func load() throws(StorageError) -> Tables.Contents {
        try Tables.contents(in: connection)
    }

    /// Whether file and log are still what is found under their names.
    func isInPlace() -> Bool { place.holds(for: files) }

    /// Whether they could be written to now, as far as can be said without doing it.
    func checkWritable() throws(StorageError) { try files.checkWritable() }

    /// Makes all of these changes or, if this throws, none. (When the disk fails while it is told
    /// to keep them, either may turn out later; making them again is right in both cases.)
    func apply(_ changes: [Tables.Change]) throws(StorageError) {
        try inTransaction { () throws(StorageError) in
            for change in changes { try tables?.make(change) }
        }
    }

    /// Makes these all that the database holds.
    func replace(with contents: Tables.Contents) throws(StorageError) {
        try inTransaction { () throws(StorageError) in
            try connection.execute(Tables.emptying, for: .save)
            for change in Tables.changes(making: contents) { try tables?.make(change) }
        }
    }

    /// Makes closing write nothing more: after an error that leaves it open what is on disk.
    func leaveFilesAsTheyAre() { connection.keepLog(true) }

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
        for limit in Tables.limits {
            let count = try connection.integer(limit.count, for: .save)
            guard count <= limit.most else {
                let what = "\(count) \(limit.rows), and \(limit.most) may be"
                throw StorageError(.tooManyRows, .save, what)
            }
        }
    }
}
