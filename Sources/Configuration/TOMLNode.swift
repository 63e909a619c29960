import CTOML

/// A value of a TOML document, with the place where it stands.
package struct TOMLNode: Sendable {
    package enum Value: Sendable {
        case string(String)
        case integer(Int64)
        case real(Double)
        case boolean(Bool)
        /// A date, a time or both: no key takes one, so that nothing more needs to be known.
        case time
        case array([TOMLNode])
        /// In the order in which the keys stand in the document; no key occurs twice.
        case table([Entry])
    }

    package struct Entry: Sendable {
        /// As `String.asKey` has it.
        package var key: String
        package var keyPosition: TextPosition
        package var node: TOMLNode
    }

    package var value: Value
    package var position: TextPosition
}

extension TextPosition {
    /// Line 0 is how the C side says that there is none.
    fileprivate init?(line: UInt32, column: UInt32) {
        guard line > 0 else { return nil }
        self.init(line: Int(line), column: Int(column))
    }
}

extension TOMLNode {
    /// The largest document, in bytes. Half a million tiny tables take up to 200 MiB while it is
    /// read.
    package static let maximumBytes = Int(CTOML_MAX_BYTES)

    /// Reads a document: the result is its root table, in which tables and arrays lie at most 16
    /// deep.
    ///
    /// - Throws: `TOMLError` for what is not TOML, not UTF-8, nested deeper, or larger than
    ///   `maximumBytes`.
    package init(parsing bytes: [UInt8]) throws(TOMLError) {
        let document = bytes.withUnsafeBytes { buffer in
            ctoml_parse(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        guard let document else { throw TOMLError(message: "out of memory", position: nil) }
        defer { ctoml_free(document) }

        var line: UInt32 = 0
        var column: UInt32 = 0
        if let message = ctoml_error(document, &line, &column) {
            throw TOMLError(
                message: String(cString: message),
                position: TextPosition(line: line, column: column)
            )
        }
        var count = 0
        let first = ctoml_nodes(document, &count)
        var nodes = UnsafeBufferPointer(start: first, count: count)[...]
        self.init(takingFrom: &nodes)
    }

    /// Takes one node with all that lies in it. The C side's bound on depth bounds the recursion.
    private init(takingFrom nodes: inout Slice<UnsafeBufferPointer<ctoml_node>>) {
        let node = nodes.removeFirst()
        let end = nodes.startIndex + Int(node.descendants)
        position = TextPosition(line: Int(node.line), column: Int(node.column))
        switch node.kind {
        case CTOML_STRING:
            value = .string(String(copying: node.text, count: node.text_length))
        case CTOML_INTEGER:
            value = .integer(node.integer)
        case CTOML_REAL:
            value = .real(node.real)
        case CTOML_BOOLEAN:
            value = .boolean(node.integer != 0)
        case CTOML_ARRAY:
            var elements: [TOMLNode] = []
            while nodes.startIndex < end { elements.append(TOMLNode(takingFrom: &nodes)) }
            value = .array(elements)
        case CTOML_TABLE:
            var entries: [Entry] = []
            while let next = nodes.first, nodes.startIndex < end {
                let key = String(copying: next.key, count: next.key_length).asKey
                let position = TextPosition(
                    line: Int(next.key_line),
                    column: Int(next.key_column)
                )
                let node = TOMLNode(takingFrom: &nodes)
                entries.append(Entry(key: key, keyPosition: position, node: node))
            }
            // toml++ keeps the keys in alphabetical order.
            value = .table(entries.sorted { $0.keyPosition < $1.keyPosition })
        default:
            // A C enumeration is open; what is left of this one is CTOML_TIME.
            value = .time
        }
    }
}

extension String {
    fileprivate init(copying text: UnsafePointer<CChar>?, count: Int) {
        let bytes = UnsafeRawBufferPointer(start: text, count: count)
        self.init(decoding: bytes, as: UTF8.self)
    }
}
