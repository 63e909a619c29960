import Glibc

/// Reads small files and lists directories, at once and bounded. For start and reload, not for the
/// loop's turns: a slow disk is waited for.
package enum FileContents {
    /// The bytes of a regular file, or of a device such as `/dev/null`.
    ///
    /// - Throws: `FileError`, also if there are more than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        // Without O_NONBLOCK a pipe in the file's place would be waited for.
        let descriptor = try retrying(path) { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        defer { _ = close(Int32(descriptor)) }

        var status = stat()
        _ = try retrying(path) { fstat(Int32(descriptor), &status) }
        let type = status.st_mode & S_IFMT
        guard type != S_IFIFO, type != S_IFSOCK else { throw FileError(path, .notAFile) }

        // One byte more than the limit, to see whether there are more.
        var bytes: [UInt8] = []
        let chunk = 65_536
        while bytes.count <= limit {
            let piece = try readPiece(
                Int32(descriptor),
                atMost: min(chunk, limit + 1 - bytes.count),
                path
            )
            if piece.isEmpty { return bytes }
            bytes.append(contentsOf: piece)
        }
        throw FileError(path, .tooLarge(limit: limit))
    }

    /// The names in a directory, without hidden ones, by their bytes in order; none if there is no
    /// such directory.
    ///
    /// - Throws: `FileError`, also if there are more than `limit` names that end in `suffix`.
    package static func names(
        in path: String,
        endingIn suffix: String,
        limit: Int
    ) throws(FileError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw FileError(path, .system(errno))
        }
        defer { _ = closedir(directory) }

        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                if errno != 0 { throw FileError(path, .system(errno)) }
                return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.utf8.first != UInt8(ascii: "."),
                name.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
            else { continue }
            guard names.count < limit else { throw FileError(path, .tooManyFiles(limit: limit)) }
            names.append(name)
        }
    }

    /// `path` from the root on: what it means must not depend on who reads it later.
    package static func absolute(_ path: String) -> String {
        guard path.utf8.first != UInt8(ascii: "/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return String(cString: here) + "/" + path
    }

    /// The next bytes; none at the end.
    private static func readPiece(
        _ descriptor: Int32,
        atMost limit: Int,
        _ path: String
    ) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(FileError) {
                count = try retrying(path) {
                    Glibc.read(descriptor, buffer.baseAddress, limit)
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The result of a system call, which is made again when a signal interrupts it.
    private static func retrying(
        _ path: String,
        _ call: () -> some BinaryInteger
    ) throws(FileError) -> Int {
        while true {
            let result = Int(call())
            if result >= 0 { return result }
            guard errno == EINTR else { throw FileError(path, .system(errno)) }
        }
    }
}
