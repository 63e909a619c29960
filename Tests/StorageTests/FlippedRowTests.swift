import FlippedBits
import Storage
import Testing

/// SQLite has no checksums on its pages, but much that is checked besides: what its pages look
/// like, in which order rows are, of which type values are, and our own constraints.
@Suite("A database of which one bit is wrong")
struct FlippedRowTests {
    private static let sound = Contents(
        persistentPeers: [
            PersistentPeerRow(target: "peer.example.org:9108", addedMicroseconds: 0x0123_4567_89ab),
            PersistentPeerRow(target: "203.0.113.7:9108", addedMicroseconds: 0x0123_4567_89ac),
        ],
        bans: [
            BanRow(prefix: "192.0.2.0/24", untilMicroseconds: nil, origin: .operator),
            BanRow(
                prefix: "198.51.100.0/24",
                untilMicroseconds: 0x6_1234_5678_9abc,
                origin: .automatic
            ),
        ]
    )

    private let folder: StateFolder
    private let file: [UInt8]

    init() throws {
        folder = try StateFolder()
        #expect(Store(folder: folder.path).handle(.replace(Self.sound)).error == nil)
        file = try StateFolder.read(folder.database)
        #expect(file.count < 20_000)
    }

    /// What is in use of the pages behind the first, which has the schema.
    private var used: [Range<Int>] {
        stride(from: 4_096, to: file.count, by: 4_096).flatMap { start -> [Range<Int>] in
            let page = file[start..<start + 4_096]
            // Header and places of cells at its beginning, cells at its end.
            let cells = page.dropFirst(100).firstIndex { $0 != 0 } ?? page.endIndex
            return [start..<start + 16, cells..<page.endIndex]
        }
    }

    /// Takes what a bad disk has left, and asks the store for it.
    private func reply(to bytes: [UInt8], _ what: String) throws -> Store.Reply {
        folder.removeAll()
        try StateFolder.write(bytes, to: folder.database)
        let reply = Store(folder: folder.path).handle(.load)
        #expect(reply.error == nil, "\(what)")
        if let setAside = reply.setAside {
            // Whole, and as it was: somebody may save what is left.
            #expect(try StateFolder.read(setAside.path) == bytes, "\(what)")
            #expect(try reply.contents == Contents(), "\(what)")
        } else {
            #expect(try StateFolder.read(folder.database) == bytes, "\(what)")
        }
        return reply
    }

    @Test("is set aside, or all is there and one value of one row is another that may be")
    func rows() throws {
        var (found, believed) = (0, 0)
        for range in used {
            for flipped in FlippedBits(of: file, in: range) {
                let reply = try reply(to: flipped.bytes, "\(flipped)")
                guard reply.setAside == nil else {
                    found += 1
                    continue
                }
                believed += 1
                let contents = try reply.contents
                #expect(Self.differences(of: contents) <= 1, "\(flipped): \(contents)")
                #expect(Self.mayBe(contents), "\(flipped): \(contents)")
            }
        }
        print("\(found) of \(found + believed) flipped bits in rows were found")
        #expect(found > believed / 2)
    }

    /// A word that must be one of two, a letter that isn't ASCII or can't be seen: whatever is
    /// checked is found.
    @Test("where a check is, is set aside")
    func checked() throws {
        for origin in BanRow.Origin.allCases {
            let start = try #require(file.firstRange(of: origin.rawValue.utf8, from: 4_096))
            for flipped in FlippedBits(of: file, in: start) {
                #expect(try reply(to: flipped.bytes, "\(flipped)").setAside != nil, "\(flipped)")
            }
        }
        for text in ["192.0.2.0/24", "203.0.113.7:9108"] {
            let place = try #require(file.firstRange(of: text.utf8, from: 4_096))
            for flipped in FlippedBits(of: file, in: place)
            where !(0x21...0x7e).contains(flipped.bytes[flipped.byte]) {
                #expect(try reply(to: flipped.bytes, "\(flipped)").setAside != nil, "\(flipped)")
            }
        }
    }

    /// The schema says which checks there are, so that any letter of it counts.
    @Test("in the texts of its tables is set aside")
    func schema() throws {
        var start = 0
        for _ in 0..<2 {
            let text = try #require(file.firstRange(of: "CREATE TABLE".utf8, from: start))
            let end = try #require(file.firstRange(of: "WITHOUT ROWID".utf8, from: start))
            start = end.upperBound
            for flipped in FlippedBits(of: file, in: text.lowerBound..<start, every: 7) {
                #expect(try reply(to: flipped.bytes, "\(flipped)").setAside != nil, "\(flipped)")
            }
        }
    }

    /// Rows that aren't those that were stored.
    private static func differences(of contents: Contents) -> Int {
        func count<Row: Equatable>(_ rows: [Row], _ others: [Row]) -> Int {
            max(rows.count, others.count) - rows.count { others.contains($0) }
        }
        return count(contents.persistentPeers, sound.persistentPeers)
            + count(contents.bans, sound.bans)
    }

    /// What the constraints promise of each value.
    private static func mayBe(_ contents: Contents) -> Bool {
        let texts =
            contents.persistentPeers.map { ($0.target, 300) }
            + contents.bans.map { ($0.prefix, 64) }
        return texts.allSatisfy { text, longest in
            (1...longest).contains(text.utf8.count)
                && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        }
    }
}

extension [UInt8] {
    /// Where these bytes are first found.
    fileprivate func firstRange(of text: some Collection<UInt8>, from start: Int) -> Range<Int>? {
        for place in start...Swift.max(start, count - text.count)
        where self[place...].starts(with: text) {
            return place..<place + text.count
        }
        return nil
    }
}
