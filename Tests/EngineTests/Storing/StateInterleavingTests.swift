import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@testable import Engine

@Suite("In any order")
struct StateInterleavingTests {
    /// A hundred lives in which commands, answers of the store, failures, reloads and deaths take
    /// turns by chance. What is on disk is always what the core held at the moment when the last
    /// successful request was made.
    @Test("of commands and answers the disk has what the core held", arguments: UInt64(0)..<100)
    func interleaving(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var disk = Disk()
        var keeping = StateKeeping(maxPersistent: 4, loading: nil)
        var request: StoreRequest?
        var held = Disk()
        for _ in 0..<400 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<4: keeping.add(Self.peer(&random))
            case 4..<6: keeping.remove(Self.peer(&random))
            case 6..<9: keeping.ban(Self.prefix(&random))
            case 9..<11: keeping.unban(Self.prefix(&random))
            case 11: keeping.configure(Self.peer(&random))
            case 12: keeping.pass(.seconds(1))
            case 13 where request != nil:
                request = nil
                keeping.fail(random.next() & 1 == 0 ? .other : .tooMany)
            case 14 where Int.random(in: 0..<10, using: &random) == 0:
                // A death: what is on its way is lost.
                keeping = StateKeeping(maxPersistent: 4, loading: nil)
                request = nil
            default:
                guard let present = request else { continue }
                request = nil
                let isLoad = disk.perform(present)
                if isLoad {
                    keeping.load(disk.stored)
                } else {
                    keeping.succeed()
                    #expect(disk == held, "seed \(seed)")
                }
            }
            if request == nil {
                request = keeping.next()
                held = keeping.toBeStored
            }
        }
        // In the end it comes to rest.
        for _ in 0..<10 {
            keeping.pass(StateChanges.longestRetry)
            guard let present = request ?? keeping.next() else { break }
            request = nil
            if disk.perform(present) { keeping.load(disk.stored) } else { keeping.succeed() }
        }
        #expect(keeping.state.isSaved)
        #expect(disk == keeping.toBeStored, "seed \(seed)")
    }

    private static func peer(_ random: inout SeededRandom) -> String {
        "10.0.0.\(Int.random(in: 1...8, using: &random)):1"
    }

    private static func prefix(_ random: inout SeededRandom) -> String {
        "192.0.\(Int.random(in: 1...6, using: &random)).0/24"
    }
}

extension StateKeeping {
    /// What the core holds now, and the stored peers for which it had no room.
    fileprivate var toBeStored: Disk {
        Disk(peers: peers.union(state.refused.map { "\($0.target)" }), bans: bans)
    }
}

/// What a request leaves on disk, as docs/storage.md says it; that the real database does so is
/// tested beside it.
private struct Disk: Equatable {
    var peers: Set<String> = []
    var bans: Set<String> = []

    /// - Returns: Whether it is to be read.
    mutating func perform(_ request: StoreRequest) -> Bool {
        switch request {
        case .load:
            return true
        case .check:
            break
        case .apply(let changes):
            for change in changes {
                switch change {
                case .addPeer(let peer): peers.insert("\(peer.target)")
                case .removePeer(let target): peers.remove("\(target)")
                case .putBan(let ban): bans.insert("\(ban.prefix)")
                case .removeBan(let prefix): bans.remove("\(prefix)")
                // None here ends.
                case .removeBansEnded: break
                }
            }
        case .replace(let snapshot):
            peers = Set(snapshot.peers.map { "\($0.target)" })
            bans = Set(snapshot.bans.map { "\($0.prefix)" })
        }
        return false
    }

    var stored: StoredState { StoredState(peers: peers.sorted(), bans: bans.sorted()) }
}
