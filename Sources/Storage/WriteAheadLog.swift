/// Looks for damage in a write-ahead log that SQLite itself passes over in silence.
///
/// SQLite reads a log as far as its checksums are right, and takes what follows for a transaction
/// that was being written when the machine stopped. So a flipped bit would silently cost every
/// transaction after it. But when the machine stops, at most one transaction is unfinished, since
/// each commit waits for the disk: two commits in a row behind an unreadable frame were
/// acknowledged. Damage to the last two transactions can't be told from a stop, and they are lost.
///
/// The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
struct WriteAheadLog {
    private static let headerBytes = 32
    private static let frameHeaderBytes = 24
    /// A log is emptied whenever it has 1 MiB, and grows beyond it only by one transaction, or
    /// while the disk has no room for the database. Checking that much takes a second or two.
    private static let maxBytes = 268_435_456

    private let pageBytes: Int
    /// Words are summed in the byte order of the machine that wrote the log.
    private let isBigEndian: Bool
    private let salts: [UInt8]
    private let headerSum: Sum

    /// Nil when the log is sound, or was merely being written when the machine stopped.
    static func damage(path: String) throws(StorageError) -> Damage? {
        guard let file = try ReadOnlyFile(path: path, for: .open) else { return nil }
        guard file.byteCount <= maxBytes else {
            return .tooLarge(bytes: file.byteCount, limit: maxBytes)
        }
        // The header reaches the disk before any frame is written, so it may only be unfinished as
        // long as it is alone.
        guard file.byteCount > headerBytes else { return nil }
        var header = [UInt8](repeating: 0, count: headerBytes)
        guard try file.read(at: 0, into: &header), let log = WriteAheadLog(header: header) else {
            return .logHeader
        }
        return try log.damage(in: file)
    }

    /// Does to the bytes of a database what SQLite does with this log when it opens the file: all
    /// transactions that are complete.
    ///
    /// - Returns: False if that makes no database.
    static func replay(
        path: String,
        onto database: inout [UInt8],
        maxPages: Int
    ) throws(StorageError) -> Bool {
        guard let file = try ReadOnlyFile(path: path, for: .load), file.byteCount > headerBytes
        else { return true }
        var header = [UInt8](repeating: 0, count: headerBytes)
        guard try file.read(at: 0, into: &header), let log = WriteAheadLog(header: header) else {
            return false
        }
        return try log.replay(file, onto: &database, maxPages)
    }

    /// The first page as the transactions of this log leave it; nil if they don't change it, or it
    /// is no log.
    static func firstPage(path: String) throws(StorageError) -> [UInt8]? {
        guard let file = try ReadOnlyFile(path: path, for: .open),
            (headerBytes + 1...maxBytes).contains(file.byteCount)
        else { return nil }
        var header = [UInt8](repeating: 0, count: headerBytes)
        guard try file.read(at: 0, into: &header), let log = WriteAheadLog(header: header) else {
            return nil
        }
        var page: [UInt8]?
        try log.forEachTransaction(in: file) { (pages, _) throws(StorageError) in
            guard let offset = pages.last(where: { $0.number == 1 })?.offset else { return true }
            var bytes = [UInt8](repeating: 0, count: log.pageBytes)
            if try file.read(at: offset, into: &bytes) { page = bytes }
            return true
        }
        return page
    }

    private func replay(
        _ file: borrowing ReadOnlyFile,
        onto database: inout [UInt8],
        _ maxPages: Int
    ) throws(StorageError) -> Bool {
        var isDatabase = true
        try forEachTransaction(in: file) { (pages, pagesInAll) throws(StorageError) in
            isDatabase = pagesInAll <= maxPages && pageBytes == Schema.pageBytes
            guard isDatabase else { return false }
            try apply(pages, in: file, onto: &database, pagesInAll)
            return true
        }
        return isDatabase
    }

    private typealias Page = (number: Int, offset: Int)

    /// Calls `body` with the pages of each complete transaction, where they are in the log, and the
    /// pages that the database then has; until it returns false.
    private func forEachTransaction(
        in file: borrowing ReadOnlyFile,
        _ body: ([Page], Int) throws(StorageError) -> Bool
    ) throws(StorageError) {
        let frameBytes = Self.frameHeaderBytes + pageBytes
        var frame = [UInt8](repeating: 0, count: frameBytes)
        var previous = headerSum
        // Where the pages of the transaction are that isn't complete yet.
        var pages: [Page] = []
        var start = Self.headerBytes
        while try file.read(at: start, into: &frame), follows(frame, previous) {
            previous = Sum(stored: frame, at: 16)
            pages.append((Int(Self.bigEndian(frame, at: 0)), start + Self.frameHeaderBytes))
            let pagesInAll = Int(Self.bigEndian(frame, at: 4))
            start += frameBytes
            guard pagesInAll > 0 else { continue }
            guard try body(pages, pagesInAll) else { return }
            pages = []
        }
    }

    private func apply(
        _ pages: [Page],
        in file: borrowing ReadOnlyFile,
        onto database: inout [UInt8],
        _ pagesInAll: Int
    ) throws(StorageError) {
        let byteCount = pagesInAll * pageBytes
        database.removeLast(max(0, database.count - byteCount))
        database += [UInt8](repeating: 0, count: byteCount - database.count)
        var page = [UInt8](repeating: 0, count: pageBytes)
        for (number, offset) in pages where (1...pagesInAll).contains(number) {
            guard try file.read(at: offset, into: &page) else { continue }
            database.replaceSubrange((number - 1) * pageBytes..<number * pageBytes, with: page)
        }
    }

    private init?(header: [UInt8]) {
        let magic = Self.bigEndian(header, at: 0)
        let pageBytes = Int(Self.bigEndian(header, at: 8))
        guard magic & ~1 == 0x377f_0682, Self.bigEndian(header, at: 4) == 3_007_000,
            (512...65_536).contains(pageBytes), pageBytes & (pageBytes - 1) == 0
        else {
            return nil
        }
        isBigEndian = magic & 1 == 1
        self.pageBytes = pageBytes
        salts = Array(header[16..<24])
        var sum = Sum(first: 0, second: 0)
        sum.add(header[0..<24], isBigEndian: isBigEndian)
        guard sum == Sum(stored: header, at: 24) else { return nil }
        headerSum = sum
    }

    /// Each frame's checksum goes on from that of the frame before it. Behind the first frame that
    /// is wrong, frames that go on from what is stored in the one before them belong together.
    private func damage(in file: borrowing ReadOnlyFile) throws(StorageError) -> Damage? {
        let frameBytes = Self.frameHeaderBytes + pageBytes
        let count = (file.byteCount - Self.headerBytes) / frameBytes
        var frame = [UInt8](repeating: 0, count: frameBytes)
        var previous = headerSum
        var firstWrong: Int?
        var commitsInARow = 0
        for number in 0..<count {
            let start = Self.headerBytes + number * frameBytes
            guard try file.read(at: start, into: &frame) else { break }
            let isRight = follows(frame, previous)
            let isCommit = Self.bigEndian(frame, at: 4) != 0
            previous = Sum(stored: frame, at: 16)
            if let firstWrong {
                commitsInARow = isRight ? commitsInARow + (isCommit ? 1 : 0) : 0
                if commitsInARow == 2 { return .logFrame(number: firstWrong) }
            } else if !isRight {
                firstWrong = number + 1
            }
        }
        return nil
    }

    private func follows(_ frame: [UInt8], _ previous: Sum) -> Bool {
        guard frame[8..<16].elementsEqual(salts) else { return false }
        var sum = previous
        sum.add(frame[0..<8], isBigEndian: isBigEndian)
        sum.add(frame[Self.frameHeaderBytes...], isBigEndian: isBigEndian)
        return sum == Sum(stored: frame, at: 16)
    }

    fileprivate static func bigEndian(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// The log's running checksum.
private struct Sum: Equatable {
    var first: UInt32
    var second: UInt32

    init(first: UInt32, second: UInt32) {
        self.first = first
        self.second = second
    }

    init(stored bytes: [UInt8], at offset: Int) {
        first = WriteAheadLog.bigEndian(bytes, at: offset)
        second = WriteAheadLog.bigEndian(bytes, at: offset + 4)
    }

    /// A multiple of 8 bytes.
    mutating func add(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) {
        bytes.withUnsafeBytes { buffer in
            for offset in stride(from: 0, to: buffer.count, by: 8) {
                let one = buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let other = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                first &+= (isBigEndian ? one.bigEndian : one.littleEndian) &+ second
                second &+= (isBigEndian ? other.bigEndian : other.littleEndian) &+ first
            }
        }
    }
}
