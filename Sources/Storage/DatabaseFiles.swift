import Glibc

/// The database's files in the state folder, and what is done with them by name.
struct DatabaseFiles {
    /// In a WAL database nobody writes a journal; one that is there is somebody else's doing, and
    /// SQLite would play it back.
    private static let companions = ["-wal", "-journal", "-shm"]
    /// Databases set aside within one second.
    private static let maxNames = 100

    let folder: String
    let schema: Schema

    var database: String { folder + "/" + schema.fileName }
    var log: String { database + "-wal" }
    /// A new database has this name until it is complete.
    var unfinished: String { database + ".new" }

    /// What can be said without SQLite. Nil if nothing is wrong, or nothing is there.
    func damageBeforeOpening() throws(StorageError) -> Damage? {
        guard try mode(of: database) != nil else {
            let isLogAlone = exists(log) || exists(database + "-journal")
            return isLogAlone ? .logAlone : nil
        }
        // SQLite opens each of them, and would wait at a FIFO for ever.
        for suffix in [""] + Self.companions {
            let mode = try self.mode(of: database + suffix) ?? S_IFREG
            guard mode & S_IFMT == S_IFREG else { return .notARegularFile }
        }
        guard let file = try ReadOnlyFile(path: database, for: .open) else { return nil }
        guard file.byteCount > 0 else { return .empty }
        let limit = schema.maxPages * Schema.pageBytes
        guard file.byteCount <= limit else { return .tooLarge(bytes: file.byteCount, limit: limit) }
        var header = [UInt8](repeating: 0, count: 100)
        guard try file.read(at: 0, into: &header), header.starts(with: Self.magic) else {
            return .notADatabase
        }
        // The versions of the format needed to write and to read; with others SQLite would open it
        // for reading only, or not at all.
        guard (1...2).contains(header[18]), (1...2).contains(header[19]) else {
            return .malformed("format \(header[18])/\(header[19])")
        }
        // Pages grow the file one by one when the log is written into it. What a crash then cuts
        // short is still in the log; and SQLite fills up with zeros what nobody has.
        if file.byteCount % Self.pageBytes(in: header) != 0, !exists(log) { return .cutShort }
        return try WriteAheadLog.damage(path: log)
    }

    /// How long the pages of a database are: somebody may have written it with others than ours.
    private static func pageBytes(in header: [UInt8]) -> Int {
        let bytes = Int(header[16]) << 8 | Int(header[17])
        // A 1 stands for 65,536. SQLite itself judges what can't be.
        return bytes == 1 ? 65_536 : max(bytes, 1)
    }

    private static let magic = Array("SQLite format 3\0".utf8)

    /// Throws if a newer peerd wrote the database: what it may have in it, and how much, isn't
    /// known here. It is looked at without SQLite, which would make a log beside it, or write one
    /// into it.
    ///
    /// The places of the two numbers: https://www.sqlite.org/fileformat.html#the_database_header
    func refuseNewer() throws(StorageError) {
        for path in [database, log] {
            // SQLite and we would wait at a FIFO for ever; that is damage, and found as such.
            let mode = try self.mode(of: path) ?? S_IFREG
            guard mode & S_IFMT == S_IFREG else { return }
        }
        guard let file = try ReadOnlyFile(path: database, for: .open) else { return }
        var header = [UInt8](repeating: 0, count: 100)
        guard try file.read(at: 0, into: &header) else { return }
        for page in [header, try WriteAheadLog.firstPage(path: log) ?? header]
        where page.starts(with: Self.magic)
            && Self.number(in: page, at: 68) == schema.applicationID
        {
            let version = Self.number(in: page, at: 60)
            guard version > schema.version else { continue }
            let known = "version \(version), this one knows \(schema.version)"
            throw StorageError(.newer, .open, "a newer peerd wrote \(database) (\(known))")
        }
    }

    private static func number(in page: [UInt8], at offset: Int) -> Int64 {
        let bits = page[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Int64(Int32(bitPattern: bits))
    }

    /// Renames the database and what belongs to it. The database goes first: a log that is left
    /// alone by a crash in between is recognised, a database without its log isn't.
    ///
    /// - Returns: The new name.
    func setAside(atSeconds now: Int) throws(StorageError) -> String {
        let target = try unusedName(atSeconds: now)
        for suffix in [""] + Self.companions {
            guard rename(database + suffix, target + suffix) != 0, errno != ENOENT else { continue }
            throw StorageError(.setAside, path: database + suffix, systemCode: errno)
        }
        try synchronizeFolder(for: .setAside)
        return target
    }

    /// Makes room for a new database: an empty file that only its owner can read.
    ///
    /// - Returns: The new name of what lay there and can't be deleted as a file can.
    func beginNew(atSeconds now: Int) throws(StorageError) -> String? {
        removeUnfinished()
        let obstacles = ([""] + Self.companions).filter { exists(unfinished + $0) }
        let target = obstacles.isEmpty ? nil : try unusedName(atSeconds: now)
        for suffix in obstacles {
            guard let target, rename(unfinished + suffix, target + suffix) == 0 else {
                throw StorageError(.create, path: unfinished + suffix, systemCode: errno)
            }
        }
        let descriptor = open(unfinished, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError(.create, path: unfinished, systemCode: errno)
        }
        close(descriptor)
        return target
    }

    /// Gives the new database its name.
    func finishNew() throws(StorageError) {
        guard rename(unfinished, database) == 0 else {
            throw StorageError(.create, path: database, systemCode: errno)
        }
        try synchronizeFolder(for: .create)
    }

    func removeUnfinished() {
        for suffix in [""] + Self.companions { unlink(unfinished + suffix) }
    }

    /// Whether something has this name, a link that leads nowhere included.
    func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// - Throws: EROFS or EACCES where the folder or the database can't be written to, ENOENT where
    ///   it is gone.
    func checkWritable() throws(StorageError) {
        for (path, rights) in [(folder, W_OK | X_OK), (database, W_OK)] {
            guard access(path, rights) == 0 else {
                throw StorageError(.save, path: path, systemCode: errno)
            }
        }
    }

    /// Which files the database and its log are.
    struct Place {
        private struct File: Equatable {
            let device: UInt
            let inode: UInt

            init?(_ path: String) {
                var status = stat()
                guard lstat(path, &status) == 0 else { return nil }
                device = status.st_dev
                inode = status.st_ino
            }
        }

        private let database: File?
        /// Nil until SQLite has made it, with the first access to the file.
        private var log: File?

        init(of files: DatabaseFiles) {
            database = File(files.database)
            log = File(files.log)
        }

        /// Whether they are those that are found under their names.
        mutating func holds(for files: DatabaseFiles) -> Bool {
            if log == nil { log = File(files.log) }
            return database == File(files.database) && log == File(files.log)
        }
    }

    /// Nil if there is no such file. A link isn't followed.
    private func mode(of path: String) throws(StorageError) -> mode_t? {
        var status = stat()
        if lstat(path, &status) == 0 { return status.st_mode }
        guard errno == ENOENT else { throw StorageError(.open, path: path, systemCode: errno) }
        // The state folder itself must be there: a new one is nobody's wish.
        guard lstat(folder, &status) == 0 else {
            throw StorageError(.open, path: folder, systemCode: errno)
        }
        return nil
    }

    /// `peerd.db.damaged-20260314T150926Z`, with `-2` and so on if that is taken.
    private func unusedName(atSeconds now: Int) throws(StorageError) -> String {
        var seconds = time_t(now)
        var date = tm()
        gmtime_r(&seconds, &date)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &date)
        let stamp = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let base = database + ".damaged-" + String(decoding: stamp, as: UTF8.self)
        for number in 1...Self.maxNames {
            let name = number == 1 ? base : "\(base)-\(number)"
            let isUnused = ([""] + Self.companions).allSatisfy { suffix in
                var status = stat()
                return lstat(name + suffix, &status) != 0
            }
            if isUnused { return name }
        }
        throw StorageError(.setAside, path: base, systemCode: EEXIST)
    }

    /// So that a name given is still given after a power loss.
    private func synchronizeFolder(for task: StorageError.Task) throws(StorageError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StorageError(task, path: folder, systemCode: errno)
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StorageError(task, path: folder, systemCode: errno)
        }
    }
}
