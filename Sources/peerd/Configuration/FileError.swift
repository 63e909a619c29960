import Glibc

/// Why a file or directory can't be read.
struct FileError: Error, Equatable {
    enum Reason: Equatable {
        /// The kernel's `errno`.
        case system(Int32)
        case notAFile
        case tooLarge(limit: Int)
        case tooManyFiles(limit: Int)
    }

    let path: String
    let reason: Reason

    init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    var isMissing: Bool { reason == .system(ENOENT) }
}

extension FileError {
    /// What is wrong with a text in the encoding that some editors call Unicode.
    static let utf16 = "the file is in UTF-16: it must be saved in UTF-8"
}

extension FileError: CustomStringConvertible {
    var description: String { "cannot read '\(path)': \(cause)" }

    /// The reason without the path.
    var cause: String {
        switch reason {
        // Since glibc 2.32 the text belongs to the thread.
        case .system(let code): String(cString: strerror(code))
        case .notAFile: "not a regular file"
        case .tooLarge(let limit): "larger than \(limit) bytes"
        case .tooManyFiles(let limit): "more than \(limit) files"
        }
    }
}
