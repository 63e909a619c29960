import Testing
import Timing

@testable import Engine

/// What is written, and when: 10.0.0.N:1 are peers, 192.0.N.0/24 are bans.
@Suite("What operators change")
struct StateChangesTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// What is in force and stored before.
        var stored = StoredState(peers: ["10.0.0.1:1", "a.test:1"], bans: ["192.0.1.0/24"])
        let change: @Sendable (inout StateKeeping) -> Void
        /// See `StoreRequest.words`.
        let request: String
    }

    static let cases: [Case] = [
        Case(testDescription: "nothing", change: { _ in }, request: ""),
        Case(
            testDescription: "an added peer and one by name",
            change: {
                $0.add("10.0.0.2:1")
                $0.add("b.test:2")
            },
            request: "+10.0.0.2:1 +b.test:2 sweep"
        ),
        Case(
            testDescription: "a removed peer and one by name",
            change: {
                $0.remove("10.0.0.1:1")
                $0.remove("a.test:1")
            },
            request: "-10.0.0.1:1 -a.test:1 sweep"
        ),
        Case(
            testDescription: "a peer that came and went",
            change: {
                $0.add("10.0.0.2:1")
                $0.remove("10.0.0.2:1")
            },
            request: ""
        ),
        Case(
            testDescription: "a peer that went and came",
            change: {
                $0.remove("10.0.0.1:1")
                $0.add("10.0.0.1:1")
            },
            request: ""
        ),
        Case(
            testDescription: "a peer that is there already",
            change: { $0.add("10.0.0.1:1") },
            request: ""
        ),
        Case(
            testDescription: "a clock that is set: the bans of this process that end",
            change: {
                $0.ban("192.0.2.0/24", for: .seconds(3600))
                $0.ban("192.0.3.0/24")
                _ = $0.next()
                $0.succeed()
                $0.setClock(by: .seconds(1_000_000))
            },
            request: "!192.0.2.0/24"
        ),
        Case(
            testDescription: "a peer of the configuration",
            change: { $0.configure("10.0.0.3:1") },
            request: ""
        ),
        Case(
            testDescription: "a peer that the configuration takes over",
            change: { $0.configure("10.0.0.1:1") },
            request: "-10.0.0.1:1 sweep"
        ),
        Case(
            testDescription: "a peer of the configuration, removed until the next reload",
            change: {
                $0.configure("10.0.0.3:1")
                $0.remove("10.0.0.3:1")
            },
            request: ""
        ),
        Case(
            testDescription: "a peer of the configuration, removed and added by hand",
            change: {
                $0.configure("10.0.0.3:1")
                $0.remove("10.0.0.3:1")
                $0.add("10.0.0.3:1")
            },
            request: "+10.0.0.3:1 sweep"
        ),
        Case(
            testDescription: "a new ban, a longer one, and one lifted",
            change: {
                $0.ban("192.0.2.0/24", for: .seconds(60))
                $0.ban("192.0.2.0/24", for: .seconds(600))
                $0.ban("192.0.3.0/24")
                $0.unban("192.0.1.0/24")
                $0.unban("192.0.3.0/24")
            },
            request: "!192.0.2.0/24 sweep ~192.0.1.0/24 ~192.0.3.0/24"
        ),
        Case(
            testDescription: "a restart of the network",
            change: {
                $0.pass(.seconds(100))
                $0.shutDown()
            },
            request: ""
        ),
    ]

    @Test("is written as it came out", arguments: cases)
    func written(_ example: Case) {
        var keeping = StateKeeping(loading: example.stored)
        #expect(keeping.nextWords() == "", "what was read needs no writing")
        example.change(&keeping)
        #expect(keeping.nextWords() == example.request)
        #expect(keeping.state.isBusy == !example.request.isEmpty)
        guard keeping.state.isBusy else { return }
        keeping.succeed()
        #expect(keeping.state.isSaved)
        #expect(keeping.nextWords() == "")
    }

    @Test("while one transaction is written is the next one, as it then is")
    func collects() {
        var keeping = StateKeeping()
        keeping.add("10.0.0.1:1")
        #expect(keeping.nextWords() == "+10.0.0.1:1 sweep")
        keeping.add("10.0.0.2:1")
        keeping.remove("10.0.0.1:1")
        keeping.ban("192.0.1.0/24")
        keeping.add("10.0.0.1:1")
        keeping.unban("192.0.1.0/24")
        keeping.remove("10.0.0.1:1")
        #expect(keeping.nextWords() == "")
        #expect(!keeping.state.isSaved)
        keeping.succeed()
        #expect(keeping.nextWords() == "+10.0.0.2:1 -10.0.0.1:1 ~192.0.1.0/24")
    }

    @Test("is remembered one by one up to a limit; behind it everything is written")
    func limit() {
        for (count, isAll) in [(PendingChanges.limit, false), (PendingChanges.limit + 1, true)] {
            var keeping = StateKeeping()
            keeping.add("10.0.0.1:1")
            for number in 1..<count { keeping.ban("10.\(number >> 8).\(number & 255).0/24") }
            switch keeping.next() {
            case .apply(let changes):
                // And the sweep.
                #expect(!isAll && changes.count == count + 1)
            case .replace(let snapshot):
                #expect(isAll)
                #expect(snapshot.bans.count == count - 1)
                #expect(snapshot.peers.map { "\($0.target)" } == ["10.0.0.1:1"])
            case .load, .check, nil:
                Issue.record("nothing is written")
            }
            keeping.succeed()
            #expect(keeping.state.isSaved)
            #expect(keeping.nextWords() == "")
        }
    }

    @Test("within one turn keeps its order, also if the clock is set back")
    func order() {
        var keeping = StateKeeping(loading: StoredState(peers: ["10.0.0.9:1"]))
        for number in [3, 1, 2] {
            keeping.add("10.0.0.\(number):1")
            keeping.pass(.seconds(-100))
            guard case .apply(let changes) = keeping.next() else {
                Issue.record("nothing is written")
                return
            }
            #expect(!changes.isEmpty)
            keeping.succeed()
        }
        let added = keeping.state.peers.sorted { $0.value < $1.value }.map { "\($0.key)" }
        #expect(added == ["10.0.0.9:1", "10.0.0.3:1", "10.0.0.1:1", "10.0.0.2:1"])
    }

    @Test("of one transaction keeps its order, also when all is written and slots are used again")
    func orderTogether() {
        var keeping = StateKeeping(maxPersistent: 100, loading: StoredState(peers: ["10.0.0.9:1"]))
        let numbers = [7, 3, 8, 1, 5, 2, 6, 4]
        keeping.ban("192.0.2.0/24")
        for number in numbers { keeping.add("10.0.0.\(number):1") }
        keeping.remove("10.0.0.9:1")
        keeping.ban("192.0.1.0/24")
        guard case .apply(let changes) = keeping.next() else {
            Issue.record("nothing is written")
            return
        }
        let words =
            ["!192.0.2.0/24"] + numbers.map { "+10.0.0.\($0):1" }
            + ["-10.0.0.9:1", "!192.0.1.0/24", "sweep"]
        #expect(StoreRequest.wordsInOrder(changes) == words)

        // What failed is written as a whole; so is what comes after it, into the slots of others.
        keeping.remove("10.0.0.3:1")
        keeping.remove("10.0.0.7:1")
        keeping.fail()
        for number in [12, 11, 10] { keeping.add("10.0.0.\(number):1") }
        keeping.pass(.seconds(1))
        let kept = [8, 1, 5, 2, 6, 4, 12, 11, 10].map { "+10.0.0.\($0):1" }
        #expect(
            keeping.nextWords()
                == "all: \(kept.joined(separator: " ")) !192.0.1.0/24 !192.0.2.0/24"
        )
    }

    @Test("is looked after every now and then, when nothing else is asked of the store")
    func checks() {
        var keeping = StateKeeping()
        func isDue() -> Bool { keeping.state.nextCheck(at: keeping.now.instant) }
        keeping.pass(StateChanges.checkInterval - .nanoseconds(1))
        #expect(!isDue())
        keeping.pass(.nanoseconds(1))
        #expect(keeping.state.checkDeadline == keeping.now.instant)
        #expect(isDue())
        #expect(keeping.state.isBusy && keeping.state.isSaved && !isDue())
        keeping.succeed()
        #expect(!isDue())

        // What can't be written now is on disk all the same.
        keeping.pass(StateChanges.checkInterval)
        #expect(isDue())
        #expect(keeping.fail(.readOnly) == .seconds(1))
        #expect(keeping.state.isSaved && keeping.state.failure?.kind == .readOnly)
        #expect(!isDue() && keeping.state.checkDeadline == nil)
        keeping.pass(.seconds(1))
        #expect(keeping.nextWords() == "all: ")
        #expect(keeping.state.isSaved)
        keeping.fail(.readOnly)
        #expect(keeping.state.isSaved)
        keeping.pass(.seconds(2))
        #expect(keeping.nextWords() == "all: ")
        let isToldOf = keeping.succeed()
        #expect(isToldOf && keeping.state.failure == nil)

        // What isn't in its place isn't.
        keeping.pass(StateChanges.checkInterval)
        #expect(isDue())
        keeping.fail(.other)
        #expect(!keeping.state.isSaved)
        keeping.shutDown()
        #expect(keeping.nextWords() == "all: ")
        #expect(!isDue())
    }

    @Test("sweeps out the bans that have ended, once an hour")
    func sweeps() {
        var keeping = StateKeeping()
        for (wait, request) in [
            (Duration.zero, "!192.0.1.0/24 sweep"), (.seconds(3_599), "!192.0.1.0/24"),
            (.seconds(1), "!192.0.1.0/24 sweep"),
        ] {
            keeping.pass(wait)
            keeping.ban("192.0.1.0/24")
            #expect(keeping.nextWords() == request)
            keeping.succeed()
        }
    }

    @Test("is not undone by the shutdown, which writes what was missing before it")
    func shutdown() {
        var keeping = StateKeeping(loading: StoredState(peers: ["10.0.0.1:1"]))
        keeping.add("10.0.0.2:1")
        #expect(keeping.nextWords() == "+10.0.0.2:1 sweep")
        keeping.ban("192.0.1.0/24")
        keeping.shutDown()
        #expect(keeping.peers.isEmpty && !keeping.state.isSaved)
        keeping.succeed()
        #expect(keeping.nextWords() == "all: +10.0.0.1:1 +10.0.0.2:1 !192.0.1.0/24")
        keeping.succeed()
        #expect(keeping.state.isSaved)
        #expect(keeping.nextWords() == "")
    }
}
