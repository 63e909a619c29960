import Glibc

/// A directory that this process has for itself, by a locked file `lock` in it.
///
/// The kernel gives the lock back when the process ends, however it ends; the file stays, with the
/// number of the process that had the lock last.
package struct DirectoryLock: ~Copyable, Sendable {
    package enum Failure: Error, Equatable, Sendable {
        /// Another process has it; nil if that didn't say which one it is.
        case held(by: Int32?)
        case system(SystemError)
    }

    private let descriptor: FileDescriptor

    /// Makes the directory if it is missing (not the ones above it), and takes it without waiting.
    package init(_ directory: String) throws(Failure) {
        let opened = try Self.open(directory)
        try Self.take(opened)
        descriptor = opened
    }

    private static func open(_ directory: String) throws(Failure) -> FileDescriptor {
        do throws(SystemError) {
            try makeDirectory(directory)
            let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
            return FileDescriptor(
                owning: try systemCall(.open) { Glibc.open(directory + "/lock", flags, 0o600) }
            )
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

    private static func take(_ lock: borrowing FileDescriptor) throws(Failure) {
        let number = lock.number
        do throws(SystemError) {
            let taken = try systemCallUnlessBlocked(.flock) { flock(number, LOCK_EX | LOCK_NB) }
            guard taken != nil else { throw SystemError(.flock, EAGAIN) }
        } catch {
            guard error == SystemError(.flock, EAGAIN) else { throw .system(error) }
            throw .held(by: holder(of: number))
        }
        // For whoever finds it taken. On a full disk the lock holds all the same.
        let text = Array("\(getpid())\n".utf8)
        _ = try? systemCall(.ftruncate) { ftruncate(number, 0) }
        _ = try? systemCall(.write) { pwrite(number, text, text.count, 0) }
    }

    private static func holder(of number: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = try? systemCall(.read) { pread(number, &bytes, bytes.count, 0) }
        guard let count, count > 0 else { return nil }
        let digits = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
        return Int32(String(decoding: digits, as: UTF8.self))
    }
}
