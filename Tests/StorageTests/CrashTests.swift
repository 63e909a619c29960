import Storage
import Testing
@testable import storage_probe

@Suite("After kill -9")
struct CrashTests {
    /// A hundred deaths of one database: each finds what was acknowledged before, at most one
    /// transaction that nobody was told of, and nothing to set aside. A log is emptied every 40
    /// transactions or so, so that some deaths fall into that.
    @Test("every acknowledged transaction is there, and no half one")
    func survives() throws {
        try Self.kill("churn", times: 100) { folder in
            let reply = Store(folder: folder).handle(.load)
            #expect(reply.setAside == nil)
            return Churn.number(of: try reply.contents)
        }
    }

    /// The same of the file that isn't waited for: kill -9 takes back nothing that was saved.
    @Test("every acknowledged transaction of the address book is there, and no half one")
    func addressesSurvive() throws {
        try Self.kill("churn-addresses", times: 50) { folder in
            let reply = AddressStore(folder: folder).handle(.load)
            #expect(reply.setAside == nil)
            return AddressChurn.number(of: try reply.addresses)
        }
    }

    /// Kills whoever writes, and then asks each time which transaction was the last.
    private static func kill(
        _ command: String,
        times: Int,
        _ lastTransaction: (_ folder: String) throws -> Int?
    ) throws {
        let folder = try StateFolder(onDisk: true)
        var random = SystemRandomNumberGenerator()
        var written = 0
        var unacknowledged = 0
        for death in 1...times {
            let probe = try Probe(command, folder.path, "\(written + 1)")
            var acknowledged = written
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                acknowledged = try #require(Int(try probe.line() ?? "it ended"))
            }
            // Somewhere within the next transaction or two.
            spend(.microseconds(Int.random(in: 0...2_000, using: &random)))
            probe.kill()
            // What it had said before it died counts too.
            for line in try probe.lines() { acknowledged = try #require(Int(line)) }

            let number = try #require(try lastTransaction(folder.path), "death \(death)")
            #expect((acknowledged...acknowledged + 1).contains(number), "death \(death)")
            unacknowledged += number - acknowledged
            written = number
        }
        print("\(written) transactions over \(times) deaths, \(unacknowledged) unacknowledged")
    }

    /// Waits without giving up the CPU, since a sleep can't be that short.
    private static func spend(_ duration: Duration) {
        let clock = ContinuousClock()
        let end = clock.now + duration
        while clock.now < end {}
    }

    @Test("a new database that wasn't finished is made again")
    func unfinished() throws {
        let folder = try StateFolder()
        for name in ["peerd.db.new", "peerd.db.new-journal", "peerd.db.new-wal"] {
            try StateFolder.write([1, 2, 3], to: folder.path + "/" + name)
        }
        #expect(try folder.contents() == Contents())
        #expect(folder.names() == ["peerd.db"])
    }
}
