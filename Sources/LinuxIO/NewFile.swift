import Glibc

/// A file that wasn't there before and only grows. Nobody else may read it.
package struct NewFile: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Makes it. Whatever has the name already, a link that leads nowhere as well, stays as it is.
    ///
    /// - Throws: EEXIST where there is something of that name, ENOENT where its folder is missing,
    ///   EROFS, EACCES, ENOSPC and their like.
    package init(_ path: String) throws(SystemError) {
        descriptor = FileDescriptor(
            owning: try systemCall(.open) {
                open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOCTTY, 0o600)
            }
        )
    }

    /// One that is open. For tests: a device that is full, a pipe that nobody reads.
    package init(owning descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Writes the pieces behind each other at the end of a file that has `length` bytes by now, or
    /// leaves it as long as it was. Waits for the disk.
    ///
    /// - Returns: How long the file is then.
    /// - Throws: ENOSPC, EFBIG, EIO and their like.
    package borrowing func append(_ pieces: [[UInt8]], at length: Int) throws(SystemError) -> Int {
        do throws(SystemError) {
            var end = length
            for piece in pieces {
                try StandardStream.write(piece, to: descriptor.number)
                end += piece.count
            }
            return end
        } catch {
            // What was written of the pieces means nothing alone. Where that can't be taken back,
            // whoever reads it finds that it isn't whole.
            _ = try? systemCall(.ftruncate) { ftruncate(descriptor.number, off_t(length)) }
            throw error
        }
    }
}
