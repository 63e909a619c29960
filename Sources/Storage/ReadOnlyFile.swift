import Glibc

/// A file that is looked at before SQLite opens it.
///
/// Never while SQLite has it open in this process: closing any descriptor of a file gives up all
/// the process's POSIX locks on it, SQLite's too (fcntl(2)).
struct ReadOnlyFile: ~Copyable {
    private let descriptor: CInt
    private let path: String
    let byteCount: Int

    /// Nil when there is no such file.
    init?(path: String, for task: StorageError.Task) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT { return nil }
            throw StorageError(task, path: path, systemCode: code)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw StorageError(task, path: path, systemCode: code)
        }
        self.descriptor = descriptor
        self.path = path
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `bytes` from `offset` on. False if the file ends before.
    func read(at offset: Int, into bytes: inout [UInt8]) throws(StorageError) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                return pread(descriptor, rest.baseAddress, rest.count, offset + done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw StorageError(.check, path: path, systemCode: errno)
            }
            if count == 0 { return false }
            done += count
        }
        return true
    }
}
