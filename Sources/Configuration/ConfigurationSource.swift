import PlainText

/// One of the texts that a configuration is read from: a file or a `--set` argument.
package struct ConfigurationSource: Sendable {
    package enum Kind: Sendable {
        case file(path: String)
        case setting(argument: String)
    }

    package let kind: Kind
    /// What it sets.
    package let root: TOMLNode
    /// Absolute: what relative paths in this source are relative to.
    package let directory: String

    package init(kind: Kind, root: TOMLNode, directory: String) {
        self.kind = kind
        self.root = root
        self.directory = directory
    }

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
    package static func setting(
        _ argument: String,
        directory: String
    ) throws(TOMLError) -> ConfigurationSource {
        // By bytes: a mark behind a sign is no other sign here, and however many there are.
        let (text, space) = (argument.utf8, UInt8(ascii: " "))
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
            throw TOMLError(message: "expected KEY=VALUE", position: nil)
        }
        let beginning = text[..<equals].drop { $0 == space }
        let last = beginning.lastIndex { $0 != space }
        let key = last.map { beginning[...$0] } ?? beginning.prefix(0)
        let parts = key.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= maximumKeyParts, parts.allSatisfy({ !$0.isEmpty }) else {
            throw TOMLError(
                message: "expected KEY=VALUE with a key such as log.level",
                position: nil
            )
        }
        let start = TextPosition(line: 1, column: 1)
        var node = try value(String(argument[text.index(after: equals)...]))
        for key in parts.reversed() {
            let name = String(Substring(key)).asKey
            let entry = TOMLNode.Entry(key: name, keyPosition: start, node: node)
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

    private static func value(_ written: String) throws(TOMLError) -> TOMLNode {
        let text = String(
            decoding: EditedText.trimmed(Array(written.utf8)[...]),
            as: UTF8.self
        )
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
            let begin = text.unicodeScalars.first
            let hasLines = text.utf8.contains(UInt8(ascii: "\n"))
            if let begin, hasLines || "\"'[{".unicodeScalars.contains(begin) {
                throw TOMLError(message: error.message, position: nil)
            }
            return TOMLNode(value: .string(text), position: TextPosition(line: 1, column: 1))
        }
    }
}
