import Addressing
import ConnectionCore
import Facts
import Storage
import Testing
import Timing

@testable import peerd

@Suite("What was stored")
struct StateRestoreTests {
    @Test("means what it meant, whatever the kind of address")
    func roundTrip() throws {
        let contents = Contents(
            persistentPeers: [
                PersistentPeerRow(target: "203.0.113.7:9108", addedMicroseconds: .min),
                PersistentPeerRow(target: "[2001:db8::7]:9108", addedMicroseconds: 0),
                PersistentPeerRow(target: "peer.example.org:9108", addedMicroseconds: .max),
                PersistentPeerRow(target: "[fe80::1%eth0]:9108", addedMicroseconds: 0),
            ],
            bans: [
                BanRow(prefix: "192.0.2.0/24", untilMicroseconds: nil, origin: .operator),
                BanRow(prefix: "192.0.2.1/32", untilMicroseconds: .max, origin: .automatic),
                BanRow(prefix: "2001:db8::/32", untilMicroseconds: 1, origin: .operator),
                BanRow(prefix: "fe80::%eth0/64", untilMicroseconds: 1, origin: .automatic),
            ]
        )
        let stored = StoredState(contents)
        #expect(stored.problems.isEmpty && stored.isAsWritten)
        #expect(
            stored.peers.map { PersistentPeerRow($0.target, added: $0.added) }
                == contents.persistentPeers
        )
        #expect(stored.bans.map { BanRow($0) } == contents.bans)
    }

    @Test("and means nothing is named, ignored, and kept")
    func unreadable() {
        let contents = Contents(
            peers: ["10.0.0.1:1", "10.0.0.2", "what?:1"],
            bans: ["10.0.0.0/8", "10.0.0.1/8"]
        )
        let stored = StoredState(contents)
        #expect(stored.problems.map(\.text) == ["10.0.0.2", "what?:1", "10.0.0.1/8"])
        var keeping = StateKeeping(loading: contents)
        #expect(keeping.peers == ["10.0.0.1:1"] && keeping.bans == ["10.0.0.0/8"])
        #expect(keeping.nextWords() == "")
        keeping.ban("192.0.1.0/24")
        _ = keeping.next()
        keeping.fail(.tooManyRows)
        guard case .replace(let snapshot) = keeping.next() else {
            Issue.record("not everything is written")
            return
        }
        #expect(
            Set(snapshot.contents.persistentPeers.map(\.target))
                == ["10.0.0.1:1", "10.0.0.2", "what?:1"]
        )
        #expect(
            Set(snapshot.contents.bans.map(\.prefix))
                == ["10.0.0.0/8", "10.0.0.1/8", "192.0.1.0/24"]
        )
    }

    @Test("in another spelling than ours is written anew")
    func otherSpelling() {
        var keeping = StateKeeping(
            loading: Contents(peers: ["Peer.Test:1"], bans: ["2001:DB8::/32"])
        )
        #expect(keeping.peers == ["peer.test:1"] && keeping.bans == ["2001:db8::/32"])
        #expect(keeping.nextWords() == "all: +peer.test:1 !2001:db8::/32")
    }

    @Test("comes behind the configuration, up to the maximum; what it refuses stays stored")
    func maximum() {
        var keeping = StateKeeping(maxPersistent: 3, loading: nil)
        keeping.configure("10.0.1.1:1", "10.0.0.2:1")
        #expect(keeping.nextWords() == "load")
        keeping.load(Contents(peers: ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1", "10.0.0.4:1"]))
        #expect(keeping.peers == ["10.0.0.1:1"])
        let full = "persistent.max (3) reached"
        #expect(keeping.refusals == ["10.0.0.3:1: \(full)", "10.0.0.4:1: \(full)"])
        // Of the one that is configured the configuration tells.
        #expect(keeping.nextWords() == "-10.0.0.2:1 sweep")
        keeping.succeed()

        // A reload with more room brings one of them back, and writing everything loses neither.
        keeping.configure("10.0.1.1:1", "10.0.0.2:1", maxPersistent: 4)
        #expect(keeping.peers == ["10.0.0.1:1", "10.0.0.3:1"])
        #expect(keeping.nextWords() == "")
        keeping.ban("192.0.1.0/24")
        _ = keeping.next()
        keeping.fail(.tooManyRows)
        #expect(keeping.nextWords() == "all: +10.0.0.1:1 +10.0.0.3:1 +10.0.0.4:1 !192.0.1.0/24")
        keeping.succeed()

        // By hand it is stored as any other.
        keeping.remove("10.0.0.1:1")
        keeping.add("10.0.0.4:1")
        #expect(keeping.nextWords() == "+10.0.0.4:1 -10.0.0.1:1")
        #expect(keeping.state.refused.isEmpty)
    }

    @Test("and has ended meanwhile is no ban any more")
    func ended() {
        let contents = Contents(
            bans: [
                BanRow(prefix: "192.0.1.0/24", untilMicroseconds: 999_999, origin: .operator),
                BanRow(prefix: "192.0.2.0/24", untilMicroseconds: 1_000_001, origin: .automatic),
            ]
        )
        let keeping = StateKeeping(loading: contents)
        #expect(keeping.bans == ["192.0.2.0/24"])
        #expect(keeping.core.bans.ban(of: .parsed("192.0.2.0/24"))?.origin == .automatic)
    }

    @Test(
        "and was lifted before it was read stays lifted, whatever else happened meanwhile",
        arguments: ["10.0.0.0/8", "2001:DB8::/32"]
    )
    func lifted(other: String) {
        var keeping = StateKeeping(loading: nil)
        #expect(keeping.nextWords() == "load")
        keeping.ban("192.0.1.0/24")
        keeping.unban("192.0.1.0/24")
        // What is kept for later is written as a whole, and no word of it is lost before.
        for number in 0..<(2 * PendingChanges.limit) {
            keeping.ban("10.1.\(number / 256).\(number % 256)")
        }
        keeping.load(Contents(peers: [], bans: ["192.0.1.0/24", other]))
        #expect(keeping.bans.count == 2 * PendingChanges.limit + 1)
        #expect(!keeping.bans.contains("192.0.1.0/24"))
        guard case .replace(let snapshot) = keeping.next() else {
            Issue.record("not everything is written")
            return
        }
        #expect(Set(snapshot.contents.bans.map(\.prefix)) == keeping.bans)
    }

    @Test("of which so many were lifted that they are no longer known comes back")
    func manyLifted() {
        for (count, isKnown) in [
            (PendingChanges.limitUnloaded, true), (PendingChanges.limitUnloaded + 1, false),
        ] {
            var keeping = StateKeeping(loading: nil)
            _ = keeping.next()
            for number in 0..<count {
                let prefix = "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"
                keeping.ban(prefix)
                keeping.unban(prefix)
            }
            keeping.load(Contents(peers: [], bans: ["10.0.0.0/32"]))
            #expect(keeping.bans.isEmpty == isKnown)
        }
    }

    @Test("has room in the database, whatever was in it")
    func limits() throws {
        let rows = Contents(
            peers: (0..<Database.maxPersistentPeers).map { "nonsense\($0)" },
            bans: (0..<Database.maxBans).map { "nonsense\($0)" }
        )
        var keeping = StateKeeping(loading: rows)
        keeping.add("10.0.0.1:1")
        keeping.ban("10.0.0.0/8")
        _ = keeping.next()
        keeping.fail(.tooManyRows)
        guard case .replace(let snapshot) = keeping.next() else {
            Issue.record("not everything is written")
            return
        }
        let contents = snapshot.contents
        #expect(contents.persistentPeers.count == Database.maxPersistentPeers)
        #expect(contents.bans.count == Database.maxBans)
        #expect(contents.persistentPeers.contains { $0.target == "10.0.0.1:1" })
        #expect(contents.bans.contains { $0.prefix == "10.0.0.0/8" })
    }
}
