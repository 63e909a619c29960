import Glibc

/// What a program did to the files below a folder, in order, and between that what it said: as
/// Tests/DiskCalls noted it.
package struct RecordedCalls {
    package struct Call: Equatable, Sendable, CustomStringConvertible {
        /// `write`, `sync`, `rename` and so on: see Tests/DiskCalls.
        package let kind: String
        /// Below the folder, `.` for the folder; of `say` the text.
        package let name: String
        /// The new name of a rename or a link.
        package let newName: String?

        init(_ line: Substring) {
            let kind = line.prefix { $0 != " " }
            let rest = line[kind.endIndex...].dropFirst()
            let words = rest.split(separator: " ")
            self.kind = String(kind)
            let hasTwo = ["rename", "link"].contains(self.kind) && words.count == 2
            name = String(hasTwo ? words[0] : rest)
            newName = hasTwo ? String(words[1]) : nil
        }

        package var description: String {
            newName.map { "\(kind) \(name) \($0)" } ?? "\(kind) \(name)"
        }

        /// Whether it may have changed what is on the disk.
        package var changes: Bool { !["read", "sync", "lock", "say", "listen"].contains(kind) }
    }

    package let calls: [Call]

    /// Reads what has been noted so far; nothing if no file is there.
    package init(in file: String) {
        calls = Self.text(of: file).split(separator: "\n").map { Call($0) }
    }

    private static func text(of file: String) -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var (bytes, chunk): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 65_536))
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 {
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The words that a program is to be started through, so that what it does below the folder is
    /// noted in the file, which must lie elsewhere.
    ///
    /// - Throws: `Missing` if the library wasn't built.
    package static func wrapper(of folder: String, notingIn file: String) throws -> [String] {
        let library = try libraryPath()
        return [
            "/usr/bin/env", "LD_PRELOAD=\(library)", "DISK_CALLS_FOLDER=\(folder)",
            "DISK_CALLS_FILE=\(file)",
        ]
    }

    package struct Missing: Error {
        package let library: String
    }

    /// It lies beside the test runner, or above it where that is a bundle.
    private static func libraryPath() throws -> String {
        let name = "libDiskCalls.so"
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        var folder = buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }[...]
        while let slash = folder.lastIndex(of: UInt8(ascii: "/")) {
            folder = folder[..<slash]
            let candidate = String(decoding: folder, as: UTF8.self) + "/" + name
            if access(candidate, R_OK) == 0 { return candidate }
        }
        throw Missing(library: name)
    }
}

// MARK: - What must come before what

extension RecordedCalls {
    /// Whether these calls were made in this order, whatever came between them. One that ends in
    /// `*` stands for any that begins so.
    package func come(inOrder wanted: String...) -> Bool {
        var rest = wanted[...]
        for call in calls {
            guard let next = rest.first else { break }
            if call.matches(next) { rest.removeFirst() }
        }
        return rest.isEmpty
    }

    /// Those of a kind, of files whose names begin so.
    package func all(_ pattern: String) -> [Call] { calls.filter { $0.matches(pattern) } }

    /// The calls that changed files whose names begin so.
    package func changes(of prefix: String) -> [Call] {
        calls.filter { call in
            call.changes
                && (call.name.hasPrefix(prefix) || call.newName?.hasPrefix(prefix) ?? false)
        }
    }

    /// What a power loss could still take away. That it could bring back an end that was cut off
    /// isn't counted.
    ///
    /// - Parameter count: How many calls have been made by then; nil for all.
    /// - Returns: Files that were written to and not synced since, and folders in which names were
    ///   changed.
    package func unsynced(after count: Int? = nil) -> Set<String> {
        var unsynced: Set<String> = []
        for call in calls.prefix(count ?? calls.count) { call.note(in: &unsynced) }
        return unsynced
    }

    /// Looks for what was given a name or acknowledged before it was on the disk.
    ///
    /// - Parameters:
    ///   - acknowledges: Whether what is said promises that all is on the disk.
    ///   - unimportant: Whose loss does no harm.
    /// - Returns: A sentence for each.
    package func broken(
        acknowledges: (String) -> Bool,
        butFor unimportant: Set<String> = []
    ) -> [String] {
        var broken: [String] = []
        var unsynced: Set<String> = []
        for (index, call) in calls.enumerated() {
            let found = unsynced.subtracting(unimportant).sorted()
            switch call.kind {
            case "say" where acknowledges(call.name) && !found.isEmpty:
                broken.append("\(index): '\(call.name)' with \(found) not on the disk")
            case "rename", "link":
                guard unsynced.contains(call.name) else { break }
                broken.append("\(index): '\(call)' of what isn't on the disk")
            default: break
            }
            call.note(in: &unsynced)
        }
        return broken
    }
}

extension RecordedCalls.Call {
    fileprivate func matches(_ pattern: String) -> Bool {
        guard pattern.hasSuffix("*") else { return description == pattern }
        return description.hasPrefix(pattern.dropLast())
    }

    fileprivate func note(in unsynced: inout Set<String>) {
        switch kind {
        case "sync": unsynced.remove(name)
        case "write": unsynced.insert(name)
        case "create", "mkdir": unsynced.insert(Self.folder(of: name))
        case "remove":
            unsynced.remove(name)
            unsynced.insert(Self.folder(of: name))
        case "rename":
            guard let newName else { break }
            // What isn't on the disk isn't for having another name.
            if unsynced.remove(name) != nil { unsynced.insert(newName) }
            unsynced.formUnion([Self.folder(of: name), Self.folder(of: newName)])
        case "link": unsynced.formUnion(newName.map { [Self.folder(of: $0)] } ?? [])
        default: break
        }
    }

    private static func folder(of name: String) -> String {
        name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "."
    }
}
