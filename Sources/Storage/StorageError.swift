import CSQLite
import Glibc

/// What the world made fail while the database was read or written. The daemon goes on without it,
/// and what failed can be tried again.
package struct StorageError: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// No space, a quota or a limit on the size of files.
        case full
        /// The file, its folder or the file system can't be written to.
        case readOnly
        /// The file or its folder can't be opened.
        case unreachable
        /// Another process holds the file, and did so for all of `Connection.patience`.
        case busy
        /// More rows than there may be. Nothing of the transaction was done.
        case tooManyRows
        /// A text that is empty, too long or not of visible ASCII characters. Nothing of the
        /// transaction was done.
        case refusedValue
        /// The file can't be what was written. `Store` sets it aside.
        case damaged
        /// A newer peerd wrote the file. It is left as it is, and nothing is read from it.
        case newer
        /// The file isn't the one that was opened any more: somebody has moved, removed or replaced
        /// it, or its log.
        case displaced
        /// The disk failed.
        case inputOutput
        case outOfMemory
        case unexpected
    }

    /// What was being done. The raw value completes the sentence "cannot …".
    package enum Task: String, Sendable {
        case lock = "lock the state folder"
        case open = "open the database"
        case check = "check the database"
        case create = "create the database"
        case setAside = "set the damaged database aside"
        case upgrade = "bring the database up to date"
        case load = "read the database"
        case save = "save to the database"
    }

    package let kind: Kind
    package let task: Task
    /// SQLite's extended result code; 0 if it wasn't SQLite that failed.
    package let extendedCode: CInt
    /// The number of `errno` if a system call failed, else 0.
    package let systemCode: CInt
    /// SQLite's own message, or the system's.
    package let message: String

    /// SQLite's primary result code.
    package var code: CInt { extendedCode & 0xff }

    /// Our own rules were met.
    package init(_ kind: Kind, _ task: Task, _ message: String) {
        self.kind = kind
        self.task = task
        self.message = message
        extendedCode = 0
        systemCode = 0
    }

    /// A system call that failed with `code`.
    package init(_ task: Task, path: String, systemCode code: CInt) {
        kind = Kind(systemCode: code, otherwise: .unreachable)
        self.task = task
        extendedCode = 0
        systemCode = code
        message = "\(path): \(String(cString: strerror(code)))"
    }

    /// The error that `handle` met last. A nil handle means that there was no memory for one.
    init(_ task: Task, extendedCode: CInt, handle: OpaquePointer?) {
        // Only these say something about a system call; else the number is that of an older error.
        let isSystems = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(extendedCode & 0xff)
        let systemCode = isSystems ? csqlite_system_errno(handle) : 0
        kind = Kind(extendedCode: extendedCode, systemCode: systemCode)
        self.task = task
        self.extendedCode = extendedCode
        self.systemCode = systemCode
        message =
            handle.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) }
            ?? String(cString: sqlite3_errstr(extendedCode))
    }
}

extension StorageError.Kind {
    fileprivate init(systemCode: CInt, otherwise: Self) {
        switch systemCode {
        case ENOSPC, EDQUOT, EFBIG: self = .full
        case EROFS, EACCES, EPERM: self = .readOnly
        case ENOMEM: self = .outOfMemory
        case EIO: self = .inputOutput
        default: self = otherwise
        }
    }

    /// The codes are SQLite's, more than are named here: https://www.sqlite.org/rescode.html
    fileprivate init(extendedCode: CInt, systemCode: CInt) {
        switch extendedCode & 0xff {
        case SQLITE_FULL: self = .full
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
        case SQLITE_READONLY, SQLITE_PERM: self = .readOnly
        case SQLITE_CANTOPEN: self = Self(systemCode: systemCode, otherwise: .unreachable)
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: self = .damaged
        case SQLITE_CONSTRAINT, SQLITE_TOOBIG: self = .refusedValue
        case SQLITE_NOMEM: self = .outOfMemory
        case SQLITE_IOERR where extendedCode == csqlite_short_read: self = .damaged
        case SQLITE_IOERR where extendedCode == csqlite_no_memory: self = .outOfMemory
        case SQLITE_IOERR: self = Self(systemCode: systemCode, otherwise: .inputOutput)
        case SQLITE_MISUSE, SQLITE_RANGE:
            preconditionFailure("SQLite was called wrongly: code \(extendedCode)")
        default: self = .unexpected
        }
    }

    /// What an operator can do about it.
    fileprivate var advice: String {
        switch self {
        case .full: "free some disk space"
        case .readOnly: "make the folder writable for the daemon's user"
        case .unreachable: "see that the folder is there and the daemon's user may enter it"
        case .busy: "end the other process that has the file open"
        case .tooManyRows: "remove some first"
        case .refusedValue: "give a shorter or a plainer text"
        case .damaged: "the file will be set aside"
        case .newer: "install that peerd again, or move the file and its -wal away to begin anew"
        case .displaced: "all will be written to a new one"
        case .inputOutput: "look at the disk's health and the kernel's log"
        case .outOfMemory: "free some memory"
        case .unexpected: "please report this"
        }
    }
}

extension StorageError: CustomStringConvertible {
    /// `cannot save to the database: database or disk is full (SQLite 13); free some disk space`
    package var description: String {
        var numbers: [String] = []
        if extendedCode != 0 { numbers.append("SQLite \(extendedCode)") }
        if systemCode != 0 { numbers.append("errno \(systemCode)") }
        let detail = numbers.isEmpty ? "" : " (\(numbers.joined(separator: ", ")))"
        return "cannot \(task.rawValue): \(message)\(detail); \(kind.advice)"
    }
}
