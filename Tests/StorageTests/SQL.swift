import CSQLite
import Testing

/// Somebody else with SQLite at the database.
enum SQL {
    /// With `keepingLog` the change stays in the log.
    static func run(_ sql: String, on path: String, keepingLog: Bool = false) throws {
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        try #require(sqlite3_open(path, &database) == SQLITE_OK)
        if keepingLog { csqlite_keep_log(database, 1) }
        let code = sqlite3_exec(database, sql, nil, nil, nil)
        try #require(code == SQLITE_OK, "\(sql): \(String(cString: sqlite3_errmsg(database)))")
    }
}
