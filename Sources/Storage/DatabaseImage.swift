import Glibc

/// A database that is read without being opened, where nothing can be written: on a read-only disk
/// SQLite can't lock a file with a log, nor make the log's index.
///
/// The caller must have the state folder for itself.
struct DatabaseImage {
    private let files: DatabaseFiles
    private var bytes: [UInt8]

    /// Reads the file and what its log adds, at most `Schema.maxPages` together.
    init(of files: DatabaseFiles) throws(StorageError) {
        self.files = files
        try files.refuseNewer()
        if let damage = try files.damageBeforeOpening() {
            throw StorageError(.damaged, .load, "\(damage)")
        }
        guard let file = try ReadOnlyFile(path: files.database, for: .load) else {
            throw StorageError(.load, path: files.database, systemCode: ENOENT)
        }
        bytes = [UInt8](repeating: 0, count: file.byteCount)
        guard try file.read(at: 0, into: &bytes),
            try WriteAheadLog.replay(
                path: files.log,
                onto: &bytes,
                maxPages: files.schema.maxPages
            )
        else { throw StorageError(.damaged, .load, "it ends within a page") }
        // The versions of the format needed to write and to read: 2 is for a file with a log.
        for index in [18, 19] { bytes[index] = 1 }
    }

    /// All rows, after the checks that every database of ours gets. One of an older version is
    /// brought up to date in memory.
    func contents<Tables: StoredTables>(
        of type: Tables.Type
    ) throws(StorageError) -> Tables.Contents {
        try Tables.contents(in: checkedConnection())
    }

    /// The first column of every row.
    func texts(_ sql: StaticString) throws(StorageError) -> [String] {
        try checkedConnection().texts(sql, for: .load)
    }

    private func checkedConnection() throws(StorageError) -> Connection {
        let connection = try Connection(reading: bytes, for: .load)
        let opening = Opening(files: files)
        if let damage = try opening.damage(inContentsOf: connection) {
            throw StorageError(.damaged, .load, "\(damage)")
        }
        try connection.set(.maxPages, to: Int64(files.schema.maxPages), for: .load)
        try Upgrade(schema: files.schema).bringUpToDate(connection)
        return connection
    }
}
