package import Addressing
internal import Facts
internal import Timing

/// A file that has all that went into one engine, in order, from its birth on.
///
///     16 bytes    "peerd recording\n"
///     varint      the format
///     blocks      until the end of the file
///
/// A block is 16 bytes (length, its own digest, digest of what follows; 4, 4 and 8, the lowest byte
/// first), then whole records. The first block begins with a `Head`. So whatever is cut off at the
/// end or changed on the way is found, and everything before it is good.
package struct Recording: Sendable {
    /// Changes with everything that changes what bytes mean.
    package static let format: UInt64 = 1
    static let magic = Array("peerd recording\n".utf8)
    static let blockHead = 16
    /// A recording is handed over to be written when it has grown by so much.
    package static let blockBytes = 65_536

    /// What an engine is born with.
    package struct Head: Sendable {
        /// Of the program that recorded it.
        package let version: String
        package let keepsBytes: Bool
        package let keepsState: Bool
        package let policy: EnginePolicy
        package let addresses: [PeerAddress]
        /// What was drawn at its birth.
        let draws: [UInt64]
    }

    package let head: Head
    /// Why there are no more records, where the recording says it.
    package private(set) var ending: String?
    private let bytes: [UInt8]
    /// Where the next block begins.
    private var blockStart: Int
    /// Within the present block.
    private var reader: RecordReader
    private var parser = RecordParser()

    /// - Parameter bytes: A whole file.
    /// - Throws: If it has no readable beginning.
    package init(_ bytes: [UInt8]) throws(RecordError) {
        self.bytes = bytes
        guard bytes.starts(with: Self.magic) else { throw .notARecording }
        var start = RecordReader(bytes, range: Self.magic.count..<bytes.count)
        let format = try start.unsigned()
        guard format == Self.format else { throw .otherFormat(format) }
        guard let first = try Self.block(at: start.offset, of: bytes) else {
            throw .cutOff(at: start.offset)
        }
        var reader = RecordReader(bytes, range: first)
        head = try reader.value()
        self.reader = reader
        blockStart = first.upperBound
    }

    /// The next record; nil at the end.
    ///
    /// - Throws: `cutOff` where the end isn't whole, `damaged` where something else was written
    ///   once: all before it is as it was.
    package mutating func next() throws(RecordError) -> Record? {
        guard ending == nil else { return nil }
        while reader.isAtEnd {
            guard let block = try Self.block(at: blockStart, of: bytes) else { return nil }
            blockStart = block.upperBound
            reader = RecordReader(bytes, range: block)
        }
        switch try parser.next(from: &reader) {
        case .record(let record): return record
        case .end(let reason):
            ending = reason
            return nil
        }
    }

    /// The content of a block; nil at the end of the file.
    private static func block(at start: Int, of bytes: [UInt8]) throws(RecordError) -> Range<Int>? {
        guard start < bytes.count else { return nil }
        guard bytes.count - start >= blockHead else { throw .cutOff(at: start) }
        var head = RecordReader(bytes, range: start..<(start + blockHead))
        let length: UInt32 = try head.fixed()
        let check: UInt32 = try head.fixed()
        let digest: UInt64 = try head.fixed()
        guard check == ~length, length > 0 else { throw .damaged(at: start) }
        let content = start + blockHead
        guard Int(length) <= bytes.count - content else { throw .cutOff(at: start) }
        let range = content..<(content + Int(length))
        guard unsafe RecordDigest.of(bytes.span.bytes.extracting(range)) == digest else {
            throw .damaged(at: start)
        }
        return range
    }

    // MARK: Writing

    /// What a file begins with.
    package static var beginning: [UInt8] {
        var writer = RecordWriter()
        writer.write { $0.put(format) }
        return magic + writer.bytes
    }

    /// What stands before records that are written together. Traps if there are none, or more
    /// than four gigabytes of them.
    package static func head(ofBlock content: [UInt8]) -> [UInt8] {
        precondition(!content.isEmpty)
        let length = UInt32(content.count)
        var writer = RecordWriter()
        writer.write { pen in
            pen.put(fixed: length)
            pen.put(fixed: ~length)
            pen.put(fixed: RecordDigest.of(content, from: 0))
        }
        return writer.bytes
    }

    /// The last record, which says why there are no more.
    package static func end(because reason: String) -> [UInt8] {
        var writer = RecordWriter()
        writer.write { pen in
            pen.put(byte: EngineInput.Tag.end.rawValue)
            pen.put(reason)
        }
        return writer.bytes
    }
}

extension Recording.Head: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(version)
        record.put(keepsBytes)
        record.put(keepsState)
        record.put(policy)
        record.put(addresses)
        record.put(draws.count)
        for draw in draws { record.put(fixed: draw) }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(
            version: try record.text(),
            keepsBytes: try record.flag(),
            keepsState: try record.flag(),
            policy: try record.value(),
            addresses: try record.list(),
            draws: try record.draws()
        )
    }
}

extension RecordReader {
    mutating func draws() throws(RecordError) -> [UInt64] {
        let count = try count()
        var draws: [UInt64] = []
        for _ in 0..<count { draws.append(try fixed()) }
        return draws
    }
}
