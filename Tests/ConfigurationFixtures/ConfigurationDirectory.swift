package import Configuration
import Glibc
import LinuxIO

/// A directory of a test's own, removed with all that is in it when the test ends.
package struct ConfigurationDirectory: ~Copyable {
    package let path: String

    package init() throws {
        var template = Array("/tmp/peerd-configuration-XXXXXX".utf8) + [0]
        let made = template.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }
            }
        }
        path = String(decoding: template.dropLast(), as: UTF8.self)
        if made == nil { throw FileError(path, .system(errno)) }
    }

    deinit { Self.remove(path) }

    /// Writes a file, and the directories above it that are missing.
    @discardableResult
    package func write(_ text: String, to name: String = "peerd.toml") throws -> String {
        try write(Array(text.utf8), to: name)
    }

    @discardableResult
    package func write(_ bytes: [UInt8], to name: String = "peerd.toml") throws -> String {
        let file = "\(path)/\(name)"
        if let slash = name.lastIndex(of: "/") { mkdir("\(path)/\(name[..<slash])", 0o700) }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw FileError(file, .system(errno)) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count <= 0 { throw FileError(file, .system(errno)) }
            rest = rest.dropFirst(count)
        }
        return file
    }

    package func load(_ settings: String...) throws(ConfigurationErrors) -> LoadedConfiguration {
        try ConfigurationLoader.load(file: "\(path)/peerd.toml", settings: settings)
    }

    /// What is wrong with the configuration, without this directory's name; "" if nothing is.
    package func errors(_ settings: String...) -> String {
        do throws(ConfigurationErrors) {
            _ = try ConfigurationLoader.load(file: "\(path)/peerd.toml", settings: settings)
            return ""
        } catch {
            return withoutPath(error.description)
        }
    }

    /// By bytes, since the text may have a hundred thousand combining marks in a row: looking for
    /// characters compares some with those of the path, which takes the square of the marks.
    package func withoutPath(_ text: String) -> String {
        let parts = Array(text.utf8).split(
            separator: Array("\(path)/".utf8),
            omittingEmptySubsequences: false
        )
        return String(decoding: parts.joined(), as: UTF8.self)
    }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(directory)
        }
        Glibc.remove(path)
    }
}
