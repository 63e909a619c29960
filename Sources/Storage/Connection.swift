import CSQLite

/// An open SQLite file. Whoever holds it owns it; dropping it closes it.
///
/// Used on one thread: it is opened without SQLite's own mutexes.
package struct Connection: ~Copyable {
    /// How long a statement waits for another process that has the file locked.
    static let patience: CInt = 1_000  // milliseconds

    private let handle: OpaquePointer

    /// Opens a file that exists. Reads nothing yet.
    init(path: String, for task: StorageError.Task) throws(StorageError) {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let error = StorageError(task, extendedCode: code, handle: opened)
            sqlite3_close(opened)
            throw error
        }
        handle = opened
        sqlite3_busy_timeout(handle, Self.patience)
        limit()
    }

    /// Opens a copy of a database that is no file: what is changed in it goes with the connection.
    init(reading image: [UInt8], for task: StorageError.Task) throws(StorageError) {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(":memory:", &opened, flags, nil)
        let size = sqlite3_int64(image.count)
        guard code == SQLITE_OK, let opened, let copy = sqlite3_malloc64(UInt64(image.count)) else {
            let error = StorageError(
                task,
                extendedCode: code == SQLITE_OK ? SQLITE_NOMEM : code,
                handle: opened
            )
            sqlite3_close(opened)
            throw error
        }
        copy.copyMemory(from: image, byteCount: image.count)
        // SQLite frees the copy, if this fails as well.
        let loaded = sqlite3_deserialize(
            opened,
            "main",
            copy.assumingMemoryBound(to: UInt8.self),
            size,
            size,
            UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE)
        )
        guard loaded == SQLITE_OK else {
            let error = StorageError(task, extendedCode: loaded, handle: opened)
            sqlite3_close(opened)
            throw error
        }
        handle = opened
        limit()
    }

    private func limit() {
        // No value of ours is near that; one that was put into the file can't make us allocate
        // more.
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 65_536)
        csqlite_make_defensive(handle)
    }

    /// Whatever is in the log goes into the file, and the log goes, unless `keepLog` said
    /// otherwise. If that fails, it stays and is read when the file is next opened.
    deinit {
        let code = sqlite3_close(handle)
        precondition(code == SQLITE_OK, "a statement outlived its connection")
    }

    /// SQLite opens what it may not write to for reading only, without a word.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// True from BEGIN to COMMIT or ROLLBACK. Some errors roll back by themselves.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Whether closing leaves file and log as they are: so that what is damaged stays as it was
    /// found.
    func keepLog(_ isKept: Bool) { csqlite_keep_log(handle, isKept ? 1 : 0) }

    func execute(_ sql: StaticString, for task: StorageError.Task) throws(StorageError) {
        let code = sql.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) { text in
                sqlite3_exec(handle, text.baseAddress, nil, nil, nil)
            }
        }
        guard code == SQLITE_OK else {
            throw StorageError(task, extendedCode: code, handle: handle)
        }
    }

    /// What a database or a connection says by a number.
    enum Pragma: String {
        case applicationID = "application_id"
        case version = "user_version"
        case maxPages = "max_page_count"
    }

    /// Pragmas take no parameters.
    func set(
        _ pragma: Pragma,
        to number: Int64,
        for task: StorageError.Task
    ) throws(StorageError) {
        let code = sqlite3_exec(handle, "PRAGMA \(pragma.rawValue) = \(number)", nil, nil, nil)
        guard code == SQLITE_OK else {
            throw StorageError(task, extendedCode: code, handle: handle)
        }
    }

    func prepare(
        _ sql: StaticString,
        for task: StorageError.Task
    ) throws(StorageError) -> Statement {
        var prepared: OpaquePointer?
        let code = sql.withUTF8Buffer { text in
            text.withMemoryRebound(to: CChar.self) { text in
                sqlite3_prepare_v3(
                    handle,
                    text.baseAddress,
                    CInt(text.count),
                    UInt32(SQLITE_PREPARE_PERSISTENT),
                    &prepared,
                    nil
                )
            }
        }
        guard code == SQLITE_OK, let prepared else {
            throw StorageError(task, extendedCode: code, handle: handle)
        }
        return Statement(owning: prepared)
    }

    /// The first column of every row.
    func texts(_ sql: StaticString, for task: StorageError.Task) throws(StorageError) -> [String] {
        var texts: [String] = []
        try prepare(sql, for: task).forEachRow(for: task) { texts.append($0.text(0)) }
        return texts
    }

    /// The first column of the first row, 0 if there is none.
    func integer(_ sql: StaticString, for task: StorageError.Task) throws(StorageError) -> Int64 {
        var found: Int64 = 0
        try prepare(sql, for: task).forEachRow(for: task) { found = $0.integer(0) }
        return found
    }
}
