import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Bans of an earlier process")
struct RestoredBanTests {
    private func restored(_ bans: [Ban]) -> TestManager {
        let manager = TestManager()
        _ = refusal {
            try manager.command { core, now, _ throws(Refusal) in
                core.restoreBans(bans, at: now)
            }
        }
        return manager
    }

    private func ban(
        _ number: Int,
        _ origin: Ban.Origin = .operator,
        for duration: Duration? = nil
    ) -> Ban {
        Ban(
            prefix: Prefix(IPAddress(v4: 0x1000_0000 + UInt32(number)), length: 128),
            until: duration.map { TestManager().now.wall + $0 },
            origin: origin
        )
    }

    @Test("keep out whom they kept out, and nothing is reported")
    func inForce() {
        let bans = [ban(1), ban(2, .automatic, for: .seconds(60))]
        let manager = restored(bans)
        #expect(manager.trace == [])
        #expect(manager.core.bans.inForce(at: manager.now) == bans)
        #expect(
            refusal { try manager.admit("16.0.0.1:1") }
                == .banned(prefix("16.0.0.1"), until: nil)
        )
    }

    @Test("are left out when their time is over")
    func expired() {
        let manager = restored([ban(1, for: .zero), ban(2, for: .microseconds(1))])
        #expect(manager.core.bans.count == 1)
    }

    @Test("are as many as may be: the automatic ones that last longest", arguments: [0, 1, 500])
    func limits(excess: Int) {
        let most = BanList.maxAutomatic
        let automatic = (0..<most + excess).map { ban($0, .automatic, for: .seconds(100 + $0)) }
        let operators = (0..<most + excess).map { ban($0 + 100_000) }
        let manager = restored(operators + automatic)
        let kept = manager.core.bans.inForce(at: manager.now)
        #expect(kept == Array(automatic.suffix(most)) + Array(operators.prefix(most)))
    }

    @Test("leave room for each neighbourhood when there are too many")
    func neighbourhoods() {
        let most = BanList.maxAutomatic
        // Of 16.0.0.0/16 too many, which last longest, and of a hundred others one each.
        let crowd = (0..<most + 500).map { ban($0, .automatic, for: .seconds(1_000 + $0)) }
        let others = (1...100).map { ban($0 << 16, .automatic, for: .seconds($0)) }
        let kept = Set(
            restored(crowd + others).core.bans.inForce(at: TestManager().now).map(\.prefix)
        )
        #expect(kept.count == most)
        #expect(kept.isSuperset(of: others.map(\.prefix)))
        #expect(kept.isSuperset(of: crowd.suffix(most - 100).map(\.prefix)))
    }

    @Test("are listed in pages, each once, though others come and go between the pages")
    func pages() throws {
        let manager = restored((0..<100).map { ban($0) })
        let now = manager.now
        let first = manager.core.bans.page(after: nil, limit: 40, at: now)
        #expect(first.bans.map(\.prefix) == (0..<40).map { ban($0).prefix })
        try manager.command { core, _, actions throws(Refusal) in
            for number in [3, 39, 50] { try core.unban(ban(number).prefix, &actions) }
        }
        try manager.ban("8.0.0.0/8")
        let second = manager.core.bans.page(after: first.next, limit: 60, at: now)
        #expect(second.next == nil)
        #expect(second.bans.map(\.prefix) == (40..<100).filter { $0 != 50 }.map { ban($0).prefix })
        let only = manager.core.bans.page(after: nil, limit: 1, at: now)
        #expect(only.bans.map(\.prefix.length) == [104] && only.next == prefix("8.0.0.0/8"))
    }

    @Test("whose time is over are passed over, a bounded number for each page")
    func expiredPages() {
        let most = BanList.maxAutomatic
        let old = (0..<most).map { ban($0, .automatic, for: .seconds(60)) }
        let late = (most..<most + 70).map { ban($0) }
        let manager = restored(old + late)
        let later = manager.now
        let now = Moment(instant: later.instant + .seconds(61), wall: later.wall + .seconds(61))
        var (found, last) = manager.core.bans.page(after: nil, limit: 64, at: now)
        // 16 are looked at for each row that there may be.
        #expect(found.isEmpty && last == old[64 * 16 - 1].prefix)
        var pages = 1
        while let previous = last {
            let (bans, next) = manager.core.bans.page(after: previous, limit: 64, at: now)
            #expect(bans.count <= 64)
            found += bans
            last = next
            pages += 1
        }
        #expect(found == late)
        #expect(pages == 11)
    }

    /// What a page costs must not depend on how many there are: 50 clients may ask for it at a
    /// time.
    @Test("are read page by page in little more time than at once")
    func costOfPages() {
        let manager = restored((0..<BanList.maxOperator).map { ban($0) })
        let (bans, now) = (manager.core.bans, manager.now)
        let whole = processorTime { #expect(bans.inForce(at: now).count == 10_000) }
        let inPages = processorTime {
            var (page, last) = bans.page(after: nil, limit: 64, at: now)
            var count = page.count
            while let previous = last {
                (page, last) = bans.page(after: previous, limit: 64, at: now)
                count += page.count
            }
            #expect(count == 10_000)
        }
        // 157 pages: looking through all bans for each would take a hundred times as long.
        #expect(inPages < whole * 10)
    }

    @Test("leave room for the IPv4 neighbours of tunnels, which are one neighbourhood with them")
    func tunnels() {
        let most = BanList.maxAutomatic
        let end = TestManager().now.wall + .seconds(10_000)
        // Of 203.0.0.0/16 by three ways too many, which last longest.
        let ways = (0..<most).flatMap { number in
            let v4 = UInt64(0xcb00_0000 + number)
            let tunnels = [
                (IPAddress(high: 0x2002 << 48 | v4 << 16, low: 0), 48),
                (IPAddress(high: 0x2001_0000 << 32 | v4, low: UInt64(~UInt32(v4))), 128),
                (IPAddress(high: 0x0064_ff9b << 32, low: v4), 128),
            ]
            return tunnels.map {
                Ban(prefix: Prefix($0.0, length: $0.1), until: end, origin: .automatic)
            }
        }
        let others = (1...most / 2).map { ban($0, .automatic, for: .seconds(100 + $0)) }
        let kept = Set(
            restored(ways + others).core.bans.inForce(at: TestManager().now).map(\.prefix)
        )
        #expect(kept.count == most)
        // Two neighbourhoods, half of it each.
        #expect(kept.isSuperset(of: others.map(\.prefix)))
    }

    @Test("make room for a new automatic one, which is reported as their lifting")
    func eviction() throws {
        let most = BanList.maxAutomatic
        let manager = restored((1...most).map { ban($0, .automatic, for: .seconds(100 + $0)) })
        let id = try manager.admit("203.0.113.7:1")
        manager.forgetTrace()
        try manager.banMisbehaving(id, for: .seconds(10_000_000))
        #expect(manager.trace.first == "unbanned 16.0.0.1/32")
        #expect(manager.trace.dropFirst().first == "banned 203.0.113.7/32, closed 1")
        #expect(manager.core.bans.count == most)
    }
}
