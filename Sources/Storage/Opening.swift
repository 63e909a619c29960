/// How a database is opened: checked as a whole, brought up to date if it is older, set aside if it
/// is damaged, left as it is if it is newer, and made if it isn't there.
struct Opening {
    /// What stands in the way of using a file.
    private enum Obstacle: Error {
        case damaged(Damage)
        /// Not the file's fault: it stays where it is.
        case failed(StorageError)

        /// Any other error of the SQL that every sound database of ours understands comes from
        /// what is in the file.
        init(_ error: StorageError) {
            switch error.kind {
            case .damaged, .refusedValue, .unexpected: self = .damaged(.malformed(error.message))
            case .full, .readOnly, .unreachable, .busy, .tooManyRows, .newer, .displaced,
                .inputOutput, .outOfMemory:
                self = .failed(error)
            }
        }
    }

    let files: DatabaseFiles

    /// See `Database.init`.
    func connection(
        condemned: Damage?,
        atSeconds now: Int,
        setAside: inout SetAside?
    ) throws(StorageError) -> Connection {
        try files.refuseNewer()
        var damage = condemned
        if damage == nil { damage = try files.damageBeforeOpening() }
        if damage == nil, files.exists(files.database) {
            do throws(Obstacle) {
                return try checkedConnection()
            } catch {
                switch error {
                case .damaged(let found): damage = found
                case .failed(let error): throw error
                }
            }
        }
        if let damage {
            setAside = SetAside(path: try files.setAside(atSeconds: now), reason: damage)
        }
        let obstacle = try makeNew(atSeconds: now)
        // One of them can be told of, and this one tells nothing of what was stored.
        if setAside == nil, let obstacle {
            setAside = SetAside(path: obstacle, reason: .notARegularFile)
        }
        do throws(Obstacle) {
            return try checkedConnection()
        } catch {
            switch error {
            case .damaged(let found): throw StorageError(.damaged, .create, "\(found)")
            case .failed(let error): throw error
            }
        }
    }

    private func checkedConnection() throws(Obstacle) -> Connection {
        let connection = try openConnection()
        try check(connection)
        return connection
    }

    private func openConnection() throws(Obstacle) -> Connection {
        do throws(StorageError) {
            return try Connection(path: files.database, for: .open)
        } catch {
            throw Obstacle(error)
        }
    }

    private func check(_ connection: borrowing Connection) throws(Obstacle) {
        let found: Damage?
        do throws(StorageError) {
            guard !connection.isReadOnly else {
                throw StorageError(.readOnly, .open, "\(files.database) can't be written to")
            }
            connection.keepLog(true)
            try prepare(connection)
            found = try damage(in: connection)
        } catch {
            throw Obstacle(error)
        }
        if let found { throw .damaged(found) }
        do throws(StorageError) {
            try Upgrade(schema: files.schema).bringUpToDate(connection)
        } catch {
            // That a step can't be taken is the step's fault: what it was to begin from is sound.
            throw error.kind == .damaged ? .damaged(.malformed(error.message)) : .failed(error)
        }
        connection.keepLog(false)
    }

    /// What holds for the connection, not for the file.
    private func prepare(_ connection: borrowing Connection) throws(StorageError) {
        // First, since it decides how the first access to the file is made: nobody else gets in
        // until we close it, and the log's index is in our memory. (Shared, it would be a mapped
        // file, and who truncates that ends us by SIGBUS; and who reads for ever lets the log grow
        // for ever.)
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE", for: .open)
        // Waiting costs a helper thread some milliseconds a commit.
        try connection.execute(
            files.schema.commitsWaitForDisk
                ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
            for: .open
        )
        // 1 MiB of log at most, then it is written into the database.
        try connection.execute("PRAGMA wal_autocheckpoint = 256", for: .open)
        try connection.execute("PRAGMA journal_size_limit = 1048576", for: .open)
        try connection.set(.maxPages, to: Int64(files.schema.maxPages), for: .open)
        // In KiB. 20,000 bans take 2 MB; they are read once.
        try connection.execute("PRAGMA cache_size = -256", for: .open)
        try connection.execute("PRAGMA temp_store = MEMORY", for: .open)
        try connection.execute("PRAGMA cell_size_check = ON", for: .open)
        try connection.execute("PRAGMA trusted_schema = OFF", for: .open)
    }

    private func damage(in connection: borrowing Connection) throws(StorageError) -> Damage? {
        if let found = try damage(inContentsOf: connection) { return found }
        // Somebody may have changed it by hand.
        let mode = try connection.texts("PRAGMA journal_mode = WAL", for: .check)
        return mode == ["wal"] ? nil : .malformed("its journal mode can't be changed")
    }

    /// What is wrong with a database, wherever it lies, for the version that it has.
    func damage(
        inContentsOf connection: borrowing Connection
    ) throws(StorageError) -> Damage? {
        let id = try connection.integer("PRAGMA application_id", for: .check)
        guard id == files.schema.applicationID else { return .foreign(applicationID: id) }
        let number = try connection.integer("PRAGMA user_version", for: .check)
        guard let version = files.schema.version(number) else { return .unknownVersion(number) }
        let tables = try connection.texts(Schema.query, for: .check)
        guard tables == version.tables.map({ "\($0)" }) else { return .otherTables }
        let findings = try connection.texts("PRAGMA integrity_check(1)", for: .check)
        return findings == ["ok"] ? nil : .malformed(findings.joined(separator: "; "))
    }

    /// Makes an empty database under another name, and renames it when all of it is on disk: so a
    /// database that isn't complete is never one that was interrupted, but a damaged one.
    ///
    /// - Returns: The new name of what stood in the way of that other name, and isn't a file.
    private func makeNew(atSeconds now: Int) throws(StorageError) -> String? {
        let obstacle = try files.beginNew(atSeconds: now)
        do throws(StorageError) {
            try fillNew()
            try files.finishNew()
            return obstacle
        } catch {
            files.removeUnfinished()
            throw error
        }
    }

    private func fillNew() throws(StorageError) {
        let connection = try Connection(path: files.unfinished, for: .create)
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE", for: .create)
        try connection.execute("PRAGMA synchronous = FULL", for: .create)
        try connection.execute("PRAGMA page_size = 4096", for: .create)
        try connection.execute("BEGIN", for: .create)
        let schema = files.schema
        for table in schema.versions.last?.tables ?? [] {
            try connection.execute(table, for: .create)
        }
        try connection.set(.applicationID, to: schema.applicationID, for: .create)
        try connection.set(.version, to: schema.version, for: .create)
        try connection.execute("COMMIT", for: .create)
        // Written into the file's header: it is in this mode from now on.
        try connection.execute("PRAGMA journal_mode = WAL", for: .create)
    }
}
