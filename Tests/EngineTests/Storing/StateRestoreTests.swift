import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@testable import Engine

@Suite("What was stored")
struct StateRestoreTests {
    @Test("in another way than it would be now is written anew")
    func notAsWritten() {
        var stored = StoredState(peers: ["peer.test:1"], bans: ["2001:db8::/32"])
        stored.isAsWritten = false
        var keeping = StateKeeping(loading: stored)
        #expect(keeping.peers == ["peer.test:1"] && keeping.bans == ["2001:db8::/32"])
        #expect(keeping.nextWords() == "all: +peer.test:1 !2001:db8::/32")
    }

    @Test("comes behind the configuration, up to the maximum; what it refuses stays stored")
    func maximum() {
        var keeping = StateKeeping(maxPersistent: 3, loading: nil)
        keeping.configure("10.0.1.1:1", "10.0.0.2:1")
        #expect(keeping.nextWords() == "load")
        keeping.load(StoredState(peers: ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1", "10.0.0.4:1"]))
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
        keeping.fail(.tooMany)
        #expect(keeping.nextWords() == "all: +10.0.0.1:1 +10.0.0.3:1 +10.0.0.4:1 !192.0.1.0/24")
        keeping.succeed()

        // By hand it is stored as any other.
        keeping.remove("10.0.0.1:1")
        keeping.add("10.0.0.4:1")
        #expect(keeping.nextWords() == "+10.0.0.4:1 -10.0.0.1:1")
        #expect(keeping.state.refused.isEmpty)
    }

    @Test(
        "and was removed before it was read stays removed, whatever else happened meanwhile",
        arguments: [0, 2 * PendingChanges.limit]
    )
    func removed(others: Int) {
        var keeping = StateKeeping(loading: nil)
        #expect(keeping.nextWords() == "load")
        keeping.add("10.0.0.1:1")
        keeping.remove("10.0.0.1:1")
        keeping.add("10.0.0.2:1")
        keeping.remove("10.0.0.2:1")
        keeping.add("10.0.0.2:1")
        for number in 0..<others { keeping.ban("10.1.\(number / 250).\(number % 250)/32") }
        keeping.load(StoredState(peers: ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"]))
        #expect(keeping.peers == ["10.0.0.2:1", "10.0.0.3:1"])
        let words = keeping.nextWords()
        #expect(
            others == 0
                ? words == "-10.0.0.1:1 sweep" : words.hasPrefix("all: +10.0.0.2:1 +10.0.0.3:1 !")
        )
    }

    @Test("and was kept out, then added and removed, is stored no more", arguments: [false, true])
    func refusedAndRemoved(writingAll: Bool) {
        let stored = StoredState(peers: ["10.0.0.1:1", "10.0.0.2:1"])
        var keeping = StateKeeping(maxPersistent: 1, loading: stored)
        keeping.ban("192.0.1.0/24")
        #expect(keeping.nextWords() == "!192.0.1.0/24 sweep")
        keeping.remove("10.0.0.1:1")
        keeping.add("10.0.0.2:1")
        keeping.remove("10.0.0.2:1")
        if writingAll { keeping.fail(.tooMany) } else { keeping.succeed() }
        #expect(
            keeping.nextWords() == (writingAll ? "all: !192.0.1.0/24" : "-10.0.0.1:1 -10.0.0.2:1")
        )
    }

    @Test("and has ended meanwhile is no ban any more")
    func ended() {
        let past = WallTime(microseconds: 999_999)
        let future = WallTime(microseconds: 1_000_001)
        let stored = StoredState(
            bans: [
                Ban(prefix: .parsed("192.0.1.0/24"), until: past, origin: .operator),
                Ban(prefix: .parsed("192.0.2.0/24"), until: future, origin: .automatic),
            ]
        )
        let keeping = StateKeeping(loading: stored)
        #expect(keeping.bans == ["192.0.2.0/24"])
        #expect(keeping.core.bans.ban(of: .parsed("192.0.2.0/24"))?.origin == .automatic)
    }

    @Test(
        "and was lifted before it was read stays lifted, whatever else happened meanwhile",
        arguments: ["10.0.0.0/8", "2001:db8::/32"]
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
        keeping.load(StoredState(peers: [], bans: ["192.0.1.0/24", other]))
        #expect(keeping.bans.count == 2 * PendingChanges.limit + 1)
        #expect(!keeping.bans.contains("192.0.1.0/24"))
        guard case .replace(let snapshot) = keeping.next() else {
            Issue.record("not everything is written")
            return
        }
        #expect(Set(snapshot.bans.map { "\($0.prefix)" }) == keeping.bans)
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
            keeping.load(StoredState(peers: [], bans: ["10.0.0.0/32"]))
            #expect(keeping.bans.isEmpty == isKnown)
        }
    }
}
