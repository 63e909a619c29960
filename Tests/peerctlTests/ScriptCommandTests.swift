import ArgumentParser
import Control
import Facts
import LinuxIO
import PlainText
import Testing

@testable import peerctl

@Suite("What is wrong with a daemon")
struct ComplaintTests {
    private static let now = Examples.now

    private static func complaints(
        _ change: (inout Peers.ServiceStatus) -> Void
    ) -> [String] {
        Examples.status(change).complaints(seenFrom: Examples.viewpoint)
    }

    @Test("is nothing when it does what it is to do")
    func none() {
        #expect(Self.complaints { _ in } == [])
        #expect(Self.complaints { $0.storage = .off } == [])
        #expect(
            Self.complaints {
                $0.limits.outbound = 0
                $0.ready.outbound = 0
            } == []
        )
        let good = Peers.ReloadResult(endedUnixUSec: 1, inForce: true)
        #expect(Self.complaints { $0.reload = good } == [])
        let almost = Self.now - 599_000_000
        #expect(Self.complaints { $0.persistentDownSinceUnixUSec = almost } == [])
    }

    @Test("is each thing that isn't, in a sentence")
    func each() {
        let bad = Peers.ReloadResult(
            endedUnixUSec: Self.now - 60_000_000,
            inForce: false,
            problems: ["a.toml:1:1: bad", "another"]
        )
        let found = Self.complaints {
            $0.reload = bad
            $0.storage = .fails
            $0.storageProblem = "read-only file system"
            $0.ready.outbound = 0
            $0.persistentDownSinceUnixUSec = Self.now - 600_000_000
        }
        #expect(found.count == 4)
        #expect(found[0] == "the last reload, 1 min ago, failed: a.toml:1:1: bad")
        #expect(found[1] == "changes of peers and bans are not stored: read-only file system")
        #expect(found[2].hasPrefix("no outbound peer is ready, and outbound.target is 8: "))
        #expect(found[3].hasPrefix("a persistent peer has been down for 10 min: "))
        #expect(Self.complaints { $0.storage = .unread } == ["what is stored has not been read"])
    }
}

@Suite("What a shell is offered")
struct CompletionTests {
    private static let candidates = [
        Completion.Candidate(word: "2001:db8::/48", meaning: "an operator"),
        Completion.Candidate(word: "10.0.0.0/8"),
    ]

    @Test("is spelled as it reads it")
    func spelled() {
        #expect(
            Completion.spelled(Self.candidates, for: .zsh)
                == ["2001\\:db8\\:\\:/48:an operator", "10.0.0.0/8"]
        )
        #expect(
            Completion.spelled(Self.candidates, for: .fish)
                == ["2001:db8::/48\tan operator", "10.0.0.0/8"]
        )
        #expect(
            Completion.spelled(Self.candidates, for: .bash)
                == ["2001:db8::/48", "10.0.0.0/8"]
        )
    }

    @Test("comes from the daemon that the line names")
    func options() {
        func chosen(_ words: String...) -> Instance? { Completion.options(of: words)?.chosen }
        #expect(chosen("peerctl", "-i", "testnet", "unban", "")?.name == "testnet")
        #expect(chosen("peerctl", "disconnect", "--socket", "/a", "")?.socket == "/a")
        #expect(chosen("peerctl", "--instance=simnet", "bans")?.name == "simnet")
        #expect(chosen("peerctl", "-i", "a/b", "bans") == nil)
    }
}
