/// One of the texts that a configuration is read from: a file or a `--set` argument.
struct ConfigurationSource: Sendable {
    enum Kind: Sendable {
        case file(path: String)
        case setting(argument: String)
    }

    let kind: Kind
    /// What it sets.
    let root: TOMLNode
    /// Absolute: what relative paths in this source are relative to.
    let directory: String

    func origin(at position: TextPosition) -> ConfigurationOrigin {
        switch kind {
        case .file(let path): .file(path, line: position.line, column: position.column)
        case .setting(let argument): .setting(argument)
        }
    }
}

extension ConfigurationSource {
    /// Reads a `--set` argument: `KEY=VALUE`, where the value is written as in TOML and anything
    /// that is not TOML is a string, so that the shell's quotes are enough.
    ///
    /// - Throws: `TOMLError` without a place.
    static func setting(
        _ argument: String,
        directory: String
    ) throws(TOMLError) -> ConfigurationSource {
        guard let equals = argument.firstIndex(of: "=") else {
            throw TOMLError(message: "expected KEY=VALUE", position: nil)
        }
        let key = argument[..<equals].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= maximumKeyParts, parts.allSatisfy({ !$0.isEmpty }) else {
            throw TOMLError(
                message: "expected KEY=VALUE with a key such as log.level",
                position: nil
            )
        }
        let start = TextPosition(line: 1, column: 1)
        var node = try value(String(argument[argument.index(after: equals)...]))
        for key in parts.reversed() {
            let entry = TOMLNode.Entry(key: String(key), keyPosition: start, node: node)
            node = TOMLNode(value: .table([entry]), position: start)
        }
        return ConfigurationSource(
            kind: .setting(argument: argument),
            root: node,
            directory: directory
        )
    }

    /// No key has more than two; the bound keeps what walks the tables from nesting deeper.
    private static let maximumKeyParts = 8

    private static func value(_ text: String) throws(TOMLError) -> TOMLNode {
        do throws(TOMLError) {
            let root = try TOMLNode(parsing: Array("value = \(text)".utf8))
            // A line break in the text could begin a second key.
            if case .table(let entries) = root.value, let entry = entries.first, entries.count == 1
            {
                return entry.node
            }
            throw TOMLError(message: "expected one value", position: nil)
        } catch {
            // What begins like a string, array or table is meant as one; the rest is a bare word.
            let begin = text.unicodeScalars.first { $0 != " " && $0 != "\t" }
            if let begin, "\"'[{".unicodeScalars.contains(begin) || text.contains("\n") {
                throw TOMLError(message: error.message, position: nil)
            }
            return TOMLNode(value: .string(text), position: TextPosition(line: 1, column: 1))
        }
    }
}
