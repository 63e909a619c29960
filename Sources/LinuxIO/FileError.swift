import Glibc

/// Why a file or directory can't be read.
package struct FileError: Error, Equatable {
    package enum Reason: Equatable {
        /// The kernel's `errno`.
        case system(Int32)
        case notAFile
        case tooLarge(limit: Int)
        case tooManyFiles(limit: Int)
    }

    package let path: String
    package let reason: Reason

    package init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var isMissing: Bool { reason == .system(ENOENT) }
}

extension FileError: CustomStringConvertible {
    package var description: String { "cannot read '\(path)': \(cause)" }

    /// The reason without the path.
    package var cause: String {
        switch reason {
        // Since glibc 2.32 the text belongs to the thread.
        case .system(let code): String(cString: strerror(code))
        case .notAFile: "not a regular file"
        case .tooLarge(let limit): "larger than \(limit) bytes"
        case .tooManyFiles(let limit): "more than \(limit) files"
        }
    }
}
