import LinuxIO

/// A file of the project, such as the documentation, to compare the program with.
package enum ProjectFile {
    /// The lines of the file at a path from the root on, such as `docs/configuration.md`.
    package static func lines(of name: String) throws -> [String] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try FileContents.read("/\(root)/\(name)", limit: 1_048_576)
        return String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
