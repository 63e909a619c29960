import Storage
import Testing
@testable import storage_probe

/// A database that was killed with all of its 25 transactions in the log.
@Suite("A damaged write-ahead log")
struct LogDamageTests {
    private static let transactions = 25

    private let folder: StateFolder
    private let database: [UInt8]
    private let log: [UInt8]

    init() throws {
        let original = try StateFolder()
        let store = Store(folder: original.path)
        for number in 1...Self.transactions {
            #expect(store.handle(Churn.request(number)).error == nil)
        }
        database = try StateFolder.read(original.database)
        log = try StateFolder.read(original.log)
        withExtendedLifetime(store) {}
        folder = try StateFolder()
    }

    /// The number of transactions that are left; nil if all was set aside.
    private func transactionsLeft(_ log: [UInt8], _ what: String) throws -> Int? {
        folder.removeAll()
        try StateFolder.write(database, to: folder.database)
        try StateFolder.write(log, to: folder.log)
        let reply = folder.reply()
        let contents = try reply.contents
        guard let setAside = reply.setAside else {
            let number: Int = try #require(Churn.number(of: contents), "no former state: \(what)")
            return number
        }
        #expect(try StateFolder.read(setAside.path) == database, "\(what)")
        #expect(try StateFolder.read(setAside.path + "-wal") == log, "\(what)")
        #expect(contents == Contents(), "\(what)")
        return nil
    }

    @Test("is none when it is whole")
    func whole() throws {
        #expect(try transactionsLeft(log, "whole") == Self.transactions)
    }

    /// Nobody can tell a log that was cut from one that was being written. It is as if the machine
    /// had stopped earlier.
    @Test("of which the end is missing gives an earlier state")
    func truncations() throws {
        var last = 0
        for length in stride(from: 0, through: log.count, by: 1_021) {
            let left = try #require(try transactionsLeft(Array(log[..<length]), "cut to \(length)"))
            #expect(left >= last)
            last = left
        }
        #expect(last >= Self.transactions - 1)
    }

    /// Every byte of the headers, and some of each page.
    @Test("gives an earlier state by at most the last two transactions, or is set aside")
    func flips() throws {
        let frame = 24 + 4_096
        var offsets = Array(0..<32)
        for start in stride(from: 32, to: log.count, by: frame) {
            offsets += (start..<start + 24).map { $0 }
            offsets += stride(from: start + 24, to: min(start + frame, log.count), by: 2_039)
        }
        var setAside = 0
        for offset in offsets {
            var damaged = log
            damaged[offset] ^= 0x10
            guard let left = try transactionsLeft(damaged, "flipped at \(offset)") else {
                setAside += 1
                continue
            }
            #expect(left >= Self.transactions - 2, "flipped at \(offset)")
        }
        print("\(setAside) of \(offsets.count) flips in a log were found")
    }

    @Test("that is garbage is set aside", arguments: [33, 4_152, 100_000])
    func garbage(length: Int) throws {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(try transactionsLeft(bytes, "garbage") == nil)
    }

    @Test("of a database that is set aside goes with it as it is")
    func together() throws {
        try StateFolder.write(database, to: folder.database)
        try StateFolder.write(log, to: folder.log)
        try SQL.run("PRAGMA user_version = 0", on: folder.database, keepingLog: true)
        let changed = try StateFolder.read(folder.log)
        #expect(changed.count > log.count)
        let setAside = try #require(folder.reply().setAside)
        #expect(setAside.reason == .unknownVersion(0))
        #expect(try StateFolder.read(setAside.path) == database)
        #expect(try StateFolder.read(setAside.path + "-wal") == changed)
    }

    /// The disk writes the pages of one transaction in any order.
    @Test("with a hole in its last transaction is none")
    func hole() throws {
        let frame = 24 + 4_096
        let commits = stride(from: 32, to: log.count, by: frame)
            .filter { start in log[start + 4..<start + 8].contains { $0 != 0 } }
        let first = commits[commits.count - 2] + frame
        let frames = (commits[commits.count - 1] - first) / frame + 1
        try #require(frames > 2, "a hole, a page, and the one that commits")
        for hole in 0..<frames - 1 {
            var torn = log
            let start = first + hole * frame
            for offset in start..<start + frame { torn[offset] = 0 }
            #expect(try transactionsLeft(torn, "hole \(hole)") == Self.transactions - 1)
        }
    }

    /// A power loss may leave the last transaction, of which nobody was told, in any shape.
    @Test("at the end of its last transaction is none")
    func torn() throws {
        var torn = log
        for offset in torn.count - 4_000..<torn.count { torn[offset] = 0 }
        #expect(try transactionsLeft(torn, "torn") == Self.transactions - 1)
    }
}
