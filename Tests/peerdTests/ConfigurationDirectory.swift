import Glibc
import Testing

@testable import peerd

/// A directory of a test's own, removed with all that is in it when the test ends.
struct ConfigurationDirectory: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/peerd-configuration-XXXXXX".utf8) + [0]
        let made = template.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }
            }
        }
        let isMade = made != nil
        let code = errno
        path = String(decoding: template.dropLast(), as: UTF8.self)
        try #require(isMade, "mkdtemp: \(code)")
    }

    deinit { Self.remove(path) }

    /// Writes a file, and the directories above it that are missing.
    @discardableResult
    func write(_ text: String, to name: String = "peerd.toml") throws -> String {
        try write(Array(text.utf8), to: name)
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String = "peerd.toml") throws -> String {
        let file = "\(path)/\(name)"
        if let slash = name.lastIndex(of: "/") { mkdir("\(path)/\(name[..<slash])", 0o700) }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0, "open \(file): \(errno)")
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            try #require(count > 0, "write \(file): \(errno)")
            rest = rest.dropFirst(count)
        }
        return file
    }

    func load(_ settings: String...) throws(ConfigurationErrors) -> LoadedConfiguration {
        try ConfigurationLoader.load(file: "\(path)/peerd.toml", settings: settings)
    }

    /// What is wrong with the configuration, without this directory's name; "" if nothing is.
    func errors(_ settings: String...) -> String {
        do throws(ConfigurationErrors) {
            _ = try ConfigurationLoader.load(file: "\(path)/peerd.toml", settings: settings)
            return ""
        } catch {
            return withoutPath(error.description)
        }
    }

    func withoutPath(_ text: String) -> String {
        var result = text[...]
        var kept = ""
        while let end = result.firstRange(of: "\(path)/") {
            kept += result[..<end.lowerBound]
            result = result[end.upperBound...]
        }
        return kept + result
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

/// One document and what is said of it; the file's name is `peerd.toml`.
struct ConfigurationExample: CustomTestStringConvertible, Sendable {
    var document: String
    var errors: String

    init(_ document: String, _ errors: String) {
        self.document = document
        self.errors = errors
    }

    var testDescription: String { document.debugDescription }
}
