import Testing

/// Reads journald's native form as its documentation describes it, apart from the code that writes
/// it.
enum JournalDecoder {
    struct Field: Equatable {
        let name: String
        let value: [UInt8]

        init(_ name: String, _ value: [UInt8]) {
            self.name = name
            self.value = value
        }

        init(_ name: String, _ value: String) { self.init(name, Array(value.utf8)) }
    }

    static func fields(of bytes: [UInt8]) throws -> [Field] {
        var fields: [Field] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = try #require(
                rest.firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "\n") }
            )
            let name = String(decoding: rest[..<end], as: UTF8.self)
            let isText = rest[end] == UInt8(ascii: "=")
            rest = rest[(end + 1)...]
            let count: Int
            if isText {
                count = try #require(rest.firstIndex(of: UInt8(ascii: "\n"))) - rest.startIndex
            } else {
                try #require(rest.count >= 8)
                count = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                rest = rest.dropFirst(8)
            }
            try #require(rest.count > count)
            fields.append(Field(name, Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
            try #require(rest.popFirst() == UInt8(ascii: "\n"))
        }
        return fields
    }
}
