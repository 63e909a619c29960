import Addressing
import ConnectionCore
import Facts
import Timing
import Testing

@testable import Engine

/// Bans of an earlier process, which end by the calendar's clock alone.
@Suite("A stored ban")
struct StoredBanTests {
    private static let day = Duration.seconds(86_400)

    @Test("that a wrong clock has ended on disk is stored again when the clock is right")
    func swept() throws {
        var now = Moment(
            instant: Instant(nanoseconds: 0),
            wall: WallTime(microseconds: 1_770_000_000_000_000)
        )
        let old = Ban(
            prefix: try Prefix(parsing: "192.0.2.0/24"),
            until: now.wall + .seconds(3_600),
            origin: .operator
        )
        var (steps, disk) = (Steps(), [old.prefix])
        var engine = Engine(
            policy: EnginePolicy(core: Policy(), speech: .raw, banDuration: .seconds(60)),
            addresses: [],
            drawing: .seeded(SeededRandom(seed: 1)),
            keepsState: true
        )
        /// One turn, and the store's answer.
        func turn(loading stored: StoredState? = nil) {
            engine.keepState(at: now, &steps)
            for case .store(.apply(let changes)) in steps.pending {
                for change in changes {
                    switch change {
                    case .putBan(let ban): disk.append(ban.prefix)
                    case .removeBan(let prefix): disk.removeAll { $0 == prefix }
                    case .removeBansEnded(let time):
                        if old.until ?? now.wall <= time { disk.removeAll { $0 == old.prefix } }
                    case .addPeer, .removePeer: break
                    }
                }
            }
            steps.removeAll()
            let answer = stored.map { Engine.StoreAnswer.loaded($0) } ?? .saved
            _ = engine.finishStoring(answer, settingAside: false, at: now, &steps)
        }
        /// Somebody sets the calendar's clock.
        func setClock(by shift: Duration) {
            now = Moment(instant: now.instant + .seconds(1), wall: now.wall + shift)
            engine.handle(.clockMoved, at: now, &steps)
        }

        turn(loading: StoredState(bans: [old]))
        setClock(by: Self.day)
        let other = try Prefix(parsing: "198.51.100.0/24")
        _ = try engine.ban(other, for: nil, replacing: false, at: now, &steps)
        turn()
        #expect(disk == [other])

        setClock(by: .zero - Self.day)
        turn()
        #expect(engine.core.bans.inForce(at: now).map(\.prefix).contains(old.prefix))
        #expect(disk.contains(old.prefix))
    }
}
