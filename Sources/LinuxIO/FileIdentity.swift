import Glibc

/// Which file or folder something is, whatever it is called.
package struct FileIdentity: Equatable, Sendable {
    private let device: UInt
    private let inode: UInt
    /// A file of bytes with one name: no folder, link, device, FIFO or socket, and no second name
    /// for somebody's file.
    let isPlain: Bool

    /// What has this name, nil if nothing has. A link isn't followed unless that is asked for.
    package init?(at path: String, followingLinks: Bool = false) throws(SystemError) {
        var status = stat()
        do throws(SystemError) {
            if followingLinks {
                try systemCall(.stat) { stat(path, &status) }
            } else {
                try systemCall(.lstat) { lstat(path, &status) }
            }
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
        self.init(status)
    }

    fileprivate init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
        isPlain = status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
    }
}

extension FileDescriptor {
    func identity() throws(SystemError) -> FileIdentity {
        var status = stat()
        try systemCall(.fstat) { fstat(number, &status) }
        return FileIdentity(status)
    }
}
