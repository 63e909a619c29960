import Glibc

/// A directory that this process has for itself.
///
/// What is locked is the directory, so that one that can't be written to can be had as well, and
/// the file `lock` in it where that can be opened: its text says who has it, and where directories
/// can't be locked (NFS) it is the lock. The kernel gives both back when the process ends, however
/// it ends; the file stays, with the number of the process that had the lock last.
package struct DirectoryLock: ~Copyable, Sendable {
    package enum Failure: Error, Equatable, Sendable {
        /// Another process has it; nil if that didn't say which one it is.
        case held(by: Int32?)
        /// What is called `lock` isn't a plain file with one name. Nothing is written into it: it
        /// may be somebody else's.
        case notPlain
        case system(SystemError)
    }

    /// What becomes of a directory that isn't there. The ones above it are never made.
    package enum Missing: Sendable {
        case isMade
        case isAnError
    }

    private let path: String
    private let directory: FileDescriptor
    /// Nil where there is no such file and none can be made.
    private let file: FileDescriptor?

    /// Takes the directory without waiting for whoever has it.
    package init(_ path: String, missing: Missing = .isMade) throws(Failure) {
        let directory = try Self.openDirectory(path, missing)
        let file = try Self.openFile(of: path)
        let text = Self.number(of: file)
        try Self.take(directory.number, holderIn: text)
        if let text {
            try Self.take(text, holderIn: text)
            Self.noteHolder(in: text)
        }
        self.path = path
        self.directory = directory
        self.file = file
    }

    /// Which directory it is.
    package func identity() throws(SystemError) -> FileIdentity { try directory.identity() }

    private static func number(of file: borrowing FileDescriptor?) -> CInt? {
        switch file {
        case .some(let file): file.number
        case nil: nil
        }
    }

    private static func noteHolder(in text: CInt) {
        guard fcntl(text, F_GETFL) & O_ACCMODE == O_RDWR else { return }
        // For whoever finds it taken. On a full disk the lock holds all the same.
        let line = Array("\(getpid())\n".utf8)
        _ = try? systemCall(.ftruncate) { ftruncate(text, 0) }
        _ = try? systemCall(.write) { pwrite(text, line, line.count, 0) }
    }

    /// Whether the directory and its file are still what is found under their names: another
    /// process could take what has come into their place.
    ///
    /// - Throws: What the system says when it is asked for the directory, ENOENT when that is gone.
    package func isInPlace() throws(SystemError) -> Bool {
        guard let found = try FileIdentity(at: path, followingLinks: true) else {
            throw SystemError(.stat, ENOENT)
        }
        guard try found == directory.identity() else { return false }
        let present = try FileIdentity(at: Self.name(in: path))
        let own = try file?.identity()
        return present == own
    }

    private static func name(in directory: String) -> String { directory + "/lock" }

    private static func openDirectory(
        _ path: String,
        _ missing: Missing
    ) throws(Failure) -> FileDescriptor {
        do throws(SystemError) {
            if missing == .isMade { try makeDirectory(path) }
            let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
            return FileDescriptor(owning: try systemCall(.open) { Glibc.open(path, flags) })
        } catch {
            throw .system(error)
        }
    }

    private static func makeDirectory(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try systemCall(.mkdir) { mkdir(path, 0o700) }
        } catch {
            guard error.code == EEXIST else { throw error }
        }
    }

    /// Nil where there is none and none can be made. What can only be read can be locked, too.
    private static func openFile(of directory: String) throws(Failure) -> FileDescriptor? {
        let name = name(in: directory)
        // Looked at before it is opened, since that alone could do something to a device; and
        // afterwards, since it may be another by then. A FIFO isn't waited for.
        let common = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        for flags in [O_RDWR | O_CREAT | common, O_RDONLY | common] {
            do throws(SystemError) {
                if let found = try FileIdentity(at: name), !found.isPlain {
                    throw SystemError(.lstat, ENOTSUP)
                }
                let file = FileDescriptor(
                    owning: try systemCall(.open) { Glibc.open(name, flags, 0o600) }
                )
                let isPlain = try file.identity().isPlain
                guard isPlain else { throw SystemError(.fstat, ENOTSUP) }
                return file
            } catch {
                switch error.code {
                case ENOTSUP, ELOOP, EISDIR, ENXIO: throw .notPlain
                case EMFILE, ENFILE, ENOMEM: throw .system(error)
                default: continue
                }
            }
        }
        return nil
    }

    /// Does nothing where the file system has no locks for what it is given.
    private static func take(_ number: CInt, holderIn text: CInt?) throws(Failure) {
        do throws(SystemError) {
            let taken = try systemCallUnlessBlocked(.flock) { flock(number, LOCK_EX | LOCK_NB) }
            if taken != nil { return }
        } catch {
            switch error.code {
            case EBADF, EINVAL, ENOLCK, ENOSYS, EOPNOTSUPP: return
            default: throw .system(error)
            }
        }
        throw .held(by: text.flatMap { holder(in: $0) })
    }

    private static func holder(in number: CInt) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = try? systemCall(.read) { pread(number, &bytes, bytes.count, 0) }
        guard let count, count > 0 else { return nil }
        let digits = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}

extension SystemError {
    /// Whether the name of a folder leads nowhere, or this process is out of what it needs: no
    /// fault of a disk, and no better in a minute.
    package var saysWrongFolder: Bool {
        [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EINVAL, EMFILE, ENFILE, ENOMEM].contains(code)
    }
}
