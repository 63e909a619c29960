import ConnectionCore
import Facts
import Testing
import Timing

@testable import Engine

@Suite("When the store fails")
struct StateFailureTests {
    @Test("everything is written after a wait that doubles up to a minute")
    func retries() {
        var keeping = StateKeeping()
        keeping.add("10.0.0.1:1")
        #expect(keeping.nextWords() == "+10.0.0.1:1 sweep")
        for (number, wait) in [1, 2, 4, 8, 16, 32, 60, 60, 60].enumerated() {
            // The first failure is told of, and no other.
            #expect(keeping.fail() == (number == 0 ? .seconds(1) : nil))
            #expect(keeping.state.failure?.kind == .other)
            #expect(keeping.state.deadline == keeping.now.instant + .seconds(wait))
            keeping.ban("192.0.\(number).0/24")
            keeping.pass(.seconds(wait) - .nanoseconds(1))
            #expect(keeping.nextWords() == "")
            keeping.pass(.nanoseconds(1))
            let words = keeping.nextWords()
            #expect(words.hasPrefix("all: +10.0.0.1:1 !192.0.0.0/24"))
            #expect(keeping.state.deadline == nil)
        }
        let isToldOf = keeping.succeed()
        #expect(isToldOf)
        #expect(keeping.state.isSaved && keeping.state.deadline == nil)
        keeping.unban("192.0.0.0/24")
        #expect(keeping.nextWords() == "~192.0.0.0/24")
        let isToldAgain = keeping.succeed()
        #expect(!isToldAgain)
        keeping.add("10.0.0.2:1")
        _ = keeping.next()
        #expect(keeping.fail() == .seconds(1), "the next trouble is told of again")
    }

    @Test("while what is stored is read, that is tried again, and nothing is written before")
    func unread() {
        var keeping = StateKeeping(loading: nil)
        #expect(keeping.nextWords() == "load")
        keeping.add("10.0.0.1:1")
        #expect(keeping.fail(.other) == .seconds(1))
        keeping.add("10.0.0.2:1")
        #expect(keeping.nextWords() == "")
        keeping.pass(.seconds(1))
        #expect(keeping.nextWords() == "load")
        keeping.load(StoredState(peers: ["10.0.0.2:1", "10.0.0.3:1"], bans: ["192.0.1.0/24"]))
        #expect(keeping.peers == ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"])
        #expect(keeping.bans == ["192.0.1.0/24"])
        #expect(keeping.nextWords() == "+10.0.0.1:1 sweep")
    }

    @Test("what was changed before it could be read is newer than what is stored")
    func newer() {
        var keeping = StateKeeping(loading: nil)
        #expect(keeping.nextWords() == "load")
        keeping.ban("192.0.1.0/24", for: .seconds(60))
        keeping.ban("192.0.2.0/24")
        keeping.unban("192.0.2.0/24")
        keeping.load(
            StoredState(peers: [], bans: ["192.0.1.0/24", "192.0.2.0/24", "192.0.3.0/24"])
        )
        #expect(keeping.bans == ["192.0.1.0/24", "192.0.3.0/24"])
        #expect(keeping.core.bans.ban(of: .parsed("192.0.1.0/24"))?.until != nil)
        #expect(keeping.nextWords() == "!192.0.1.0/24 sweep ~192.0.2.0/24")
    }

    @Test("for want of room in the table, everything is written at once, and nothing is told")
    func tooManyRows() {
        var keeping = StateKeeping()
        keeping.ban("192.0.1.0/24")
        #expect(keeping.nextWords() == "!192.0.1.0/24 sweep")
        #expect(keeping.fail(.tooMany) == nil)
        #expect(keeping.nextWords() == "all: !192.0.1.0/24")
        // Not for ever: what is written then has room.
        #expect(keeping.fail(.tooMany) == .seconds(1))
        #expect(keeping.nextWords() == "")
    }

    @Test("because the file was taken away while it couldn't be written, all is missing on disk")
    func takenAwayWhileReadOnly() {
        var keeping = StateKeeping(loading: StoredState(peers: ["10.0.0.1:1"]))
        #expect(keeping.nextWords() == "")
        keeping.pass(.seconds(10))
        let isChecked = keeping.state.nextCheck(at: keeping.now.instant)
        #expect(isChecked)
        keeping.fail(.readOnly)
        #expect(keeping.state.isSaved)
        keeping.pass(.seconds(1))
        #expect(keeping.nextWords() == "all: +10.0.0.1:1")
        keeping.fail(.other)
        #expect(!keeping.state.isSaved)
        // The end must not take it for saved.
        keeping.shutDown()
        #expect(keeping.nextWords() == "all: +10.0.0.1:1")
    }

    @Test("and sets the file aside while it is used, everything is written into the new one")
    func setAside() {
        var keeping = StateKeeping(loading: StoredState(peers: ["10.0.0.1:1"]))
        keeping.ban("192.0.1.0/24")
        #expect(keeping.nextWords() == "!192.0.1.0/24 sweep")
        let isToldOf = keeping.succeed(settingAside: true)
        #expect(!isToldOf)
        #expect(!keeping.state.isSaved)
        #expect(keeping.nextWords() == "all: +10.0.0.1:1 !192.0.1.0/24")
        keeping.succeed()
        #expect(keeping.state.isSaved)
    }

    @Test("and sets the file aside when it is read, there is nothing to write")
    func setAsideAtFirst() {
        var keeping = StateKeeping(loading: nil)
        #expect(keeping.nextWords() == "load")
        keeping.succeed(settingAside: true)
        keeping.restore(StoredState())
        #expect(keeping.nextWords() == "")
    }

    @Test("the end tries once more, without the wait")
    func atTheEnd() {
        var keeping = StateKeeping()
        keeping.add("10.0.0.1:1")
        _ = keeping.next()
        keeping.fail()
        keeping.shutDown()
        #expect(keeping.nextWords() == "all: +10.0.0.1:1")
        keeping.fail()
        #expect(keeping.nextWords() == "")
        #expect(!keeping.state.isSaved)
    }

    @Test("until the end to read what is stored, nothing of that is overwritten")
    func neverRead() {
        var keeping = StateKeeping(loading: nil)
        #expect(keeping.nextWords() == "load")
        keeping.add("10.0.0.1:1")
        keeping.fail(.other)
        keeping.shutDown()
        #expect(keeping.nextWords() == "")
        #expect(!keeping.state.isSaved)
    }
}
