import Addressing
import ConnectionCore
import Facts
import Storage
import Testing
import Timing

@testable import Engine
@testable import peerd

@Suite("What is read of the database")
struct ReadStateTests {
    private static let now = Moment(
        instant: Instant(nanoseconds: 0),
        wall: WallTime(microseconds: 0)
    )

    /// What would be written of all that was read.
    private func rewritten(
        _ read: ReadState,
        adding target: String? = nil,
        _ prefix: String? = nil
    ) throws -> Contents {
        var peers = Dictionary(uniqueKeysWithValues: read.state.peers.map { ($0.target, $0.added) })
        var bans = read.state.bans
        if let target {
            let target = try PeerTarget(parsing: target, defaultPort: nil)
            peers[target] = WallTime(microseconds: 1)
        }
        if let prefix {
            bans.append(Ban(prefix: try Prefix(parsing: prefix), until: nil, origin: .operator))
        }
        var core = ConnectionCore(policy: Policy(), seed: 1)
        core.restoreBans(bans, at: Self.now)
        let snapshot = StateSnapshot(
            peersInForce: peers,
            refused: [],
            allBans: core.bans,
            at: Self.now
        )
        return Contents(snapshot, besides: read.unreadable)
    }

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
        let read = ReadState(contents)
        #expect(read.problems.isEmpty && read.state.isAsWritten)
        let again = try rewritten(read)
        #expect(
            Set(again.persistentPeers.map(\.target)) == Set(contents.persistentPeers.map(\.target))
        )
        #expect(again.bans.sorted { $0.prefix < $1.prefix } == contents.bans)
    }

    @Test("and means nothing is named, ignored, and kept")
    func unreadable() throws {
        let read = ReadState(
            Contents(
                peers: ["10.0.0.1:1", "10.0.0.2", "what?:1"],
                bans: ["10.0.0.0/8", "10.0.0.1/8"]
            )
        )
        #expect(read.problems.map(\.text) == ["10.0.0.2", "what?:1", "10.0.0.1/8"])
        #expect(read.state.peers.map { "\($0.target)" } == ["10.0.0.1:1"])
        let written = try rewritten(read, adding: "10.0.0.9:1", "192.0.1.0/24")
        #expect(
            Set(written.persistentPeers.map(\.target))
                == ["10.0.0.1:1", "10.0.0.9:1", "10.0.0.2", "what?:1"]
        )
        #expect(
            Set(written.bans.map(\.prefix)) == ["10.0.0.0/8", "10.0.0.1/8", "192.0.1.0/24"]
        )
    }

    @Test("in another spelling than ours is to be written anew")
    func otherSpelling() {
        for other in [
            Contents(peers: ["Peer.Test:1"]), Contents(peers: [], bans: ["2001:DB8::/32"]),
        ] {
            #expect(!ReadState(other).state.isAsWritten)
        }
    }

    @Test("leaves room in the database for what is in force, whatever was in it")
    func limits() throws {
        let read = ReadState(
            Contents(
                peers: (0..<Contents.maxPersistentPeers).map { "nonsense\($0)" },
                bans: (0..<Contents.maxBans).map { "nonsense\($0)" }
            )
        )
        let written = try rewritten(read, adding: "10.0.0.1:1", "10.0.0.0/8")
        #expect(written.persistentPeers.count == Contents.maxPersistentPeers)
        #expect(written.bans.count == Contents.maxBans)
        #expect(written.persistentPeers.contains { $0.target == "10.0.0.1:1" })
        #expect(written.bans.contains { $0.prefix == "10.0.0.0/8" })
    }
}

extension Contents {
    /// `+peer !ban`, in the order of their coming.
    var words: String {
        let peers = persistentPeers.sorted { $0.addedMicroseconds < $1.addedMicroseconds }
        return (peers.map { "+\($0.target)" } + bans.map { "!\($0.prefix)" })
            .joined(separator: " ")
    }

    /// Peers in this order, and bans without end.
    init(peers: [String], bans: [String] = []) {
        self.init(
            persistentPeers: peers.enumerated().map { index, target in
                PersistentPeerRow(target: target, addedMicroseconds: Int64(index))
            },
            bans: bans.map { BanRow(prefix: $0, untilMicroseconds: nil, origin: .operator) }
        )
    }
}
