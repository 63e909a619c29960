import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Nobody to dial")
struct ShortageTests {
    private func manager(
        target: Int = 1,
        _ addresses: [PeerAddress] = [],
        _ change: (inout Policy) -> Void = { _ in }
    ) -> TestManager {
        let manager = TestManager {
            $0.outbound.target = target
            change(&$0)
        }
        manager.source.append(contentsOf: addresses)
        return manager
    }

    private func addresses(_ texts: String...) -> [PeerAddress] { texts.map { address($0) } }

    private func shortages(_ manager: TestManager) -> [[Exclusion]] {
        manager.reports.compactMap { report in
            if case .nobodyToDial(_, let exclusions) = report { exclusions } else { nil }
        }
    }

    @Test("is said once if no address is known, and is neither a failure nor a pause")
    func nothing() {
        let manager = manager(target: 8)
        manager.run(for: .seconds(60))
        #expect(manager.trace == ["nobody for 8:"])
        #expect(manager.source.picks == 1 + 12)
        #expect(manager.core.outboundFailures == 0)
        #expect(manager.core.outboundPausedUntil(at: manager.now.instant) == nil)
    }

    @Test("says what stands against how many, each address once, what most have first")
    func rules() throws {
        let known = addresses(
            "203.0.113.1:9108",
            "203.0.113.2:9108",
            "203.0.113.3:9108",
            "198.51.100.7:9108",
            "192.0.2.9:9108",
            "224.0.0.1:9108"
        )
        let manager = manager(target: 3, known) { $0.outbound.maxPerGroup = 1 }
        try manager.ban("192.0.2.0/24")
        manager.run(for: .zero)
        manager.fail(manager.dialing[1])
        #expect(
            shortages(manager).first == [
                .init(.duplicate, addresses: 2), .init(.group, addresses: 2),
                .init(.banned, addresses: 1), .init(.unsupportedAddress, addresses: 1),
            ]
        )
        let now = try #require(manager.core.shortage)
        #expect(now.shortage.missing == 2 && now.shortage.exclusions.sum == 6)
        #expect(
            now.shortage.exclusions == [
                .init(.group, addresses: 2), .init(.banned, addresses: 1),
                .init(.duplicate, addresses: 1), .init(.attemptedJustNow, addresses: 1),
                .init(.unsupportedAddress, addresses: 1),
            ]
        )
        #expect(now.lookAgainAt == manager.now.instant + .seconds(5))
        #expect(shortages(manager).count == 1)
    }

    @Test("counts at most the 100 that were looked at")
    func bound() {
        let manager = manager((0..<300).map { _ in address("0.0.0.0:9108") })
        manager.source.append(contentsOf: (1...300).map { address("224.0.0.\($0 % 250):\($0)") })
        manager.run(for: .zero)
        #expect(manager.source.picks == 100)
        #expect(shortages(manager).map(\.sum) == [1])
        manager.run(for: .seconds(15))
        #expect(manager.core.shortage?.shortage.exclusions.sum == 100)
    }

    @Test("is said again when the target was held in between, and not before")
    func again() throws {
        let manager = manager(target: 2, (0..<2).map { peer($0) })
        manager.run(for: .zero)
        for id in manager.dialing { manager.succeed(id) }
        manager.run(for: .seconds(600))
        #expect(shortages(manager).isEmpty)
        let all = manager.connections.map(\.id)
        manager.lose(all[0])
        #expect(manager.dialing.count == 1)
        manager.fail(manager.dialing[0])
        #expect(shortages(manager).count == 1)
        // One after the other is tried and fails: that is no news.
        func runUntilDialed() {
            while manager.dialing.isEmpty { manager.run(for: .seconds(5)) }
        }
        for _ in 0..<10 {
            runUntilDialed()
            manager.fail(manager.dialing[0])
        }
        #expect(shortages(manager).count == 1)
        runUntilDialed()
        manager.succeed(manager.dialing[0])
        manager.run(for: .seconds(600))
        manager.lose(all[1])
        manager.fail(manager.dialing[0])
        #expect(shortages(manager).count == 2)
    }

    @Test("ends at once when a group empties, a ban is lifted, or a ban's time is over")
    func freed() throws {
        let known = addresses("203.0.113.1:9108")
        let grouped = manager(known) { $0.outbound.retry = .seconds(3_600) }
        let id = try grouped.connect("203.0.113.9:9108")
        grouped.run(for: .seconds(1))
        #expect(grouped.dials.count == 1)
        grouped.fail(id)
        #expect(grouped.dials.map(\.address).last == known[0])

        let banned = manager(known) { $0.outbound.retry = .seconds(3_600) }
        try banned.ban("203.0.113.0/24")
        banned.run(for: .seconds(1))
        #expect(banned.dials.isEmpty)
        try banned.command { core, _, actions throws(Refusal) in
            try core.unban(prefix("203.0.113.0/24"), &actions)
        }
        #expect(banned.dials.map(\.address) == known)

        let expiring = manager(known) { $0.outbound.retry = .seconds(3_600) }
        try expiring.ban("203.0.113.0/24", for: .seconds(90))
        expiring.run(for: .seconds(90) - .microseconds(1))
        #expect(expiring.dials.isEmpty)
        expiring.run(for: .microseconds(1))
        #expect(expiring.dials.map(\.address) == known)
    }

    @Test("ends at once when addresses come, settings change, or the network returns")
    func changed() throws {
        func idle() -> TestManager {
            let manager = manager { $0.outbound.retry = .seconds(3_600) }
            manager.run(for: .seconds(1))
            manager.source.append(peer(1))
            manager.run(for: .seconds(1))
            #expect(manager.dials.isEmpty)
            return manager
        }
        let added = idle()
        added.tell(.addressesAdded)
        #expect(added.dials.count == 1)
        let reloaded = idle()
        reloaded.reload()
        #expect(reloaded.dials.count == 1)
        let returned = idle()
        try returned.setNetworkActive(false)
        #expect(returned.core.shortage == nil)
        try returned.setNetworkActive(true)
        #expect(returned.dials.count == 1)
    }

    @Test("costs one look in each retry interval, for ever")
    func calm() {
        let manager = manager(target: 8, (0..<50).map { _ in address("0.0.0.0:9108") })
        manager.run(for: .seconds(3_600))
        #expect(manager.source.picks == 100 * (1 + 720))
        #expect(shortages(manager).count == 1)
    }
}

extension [Exclusion] {
    fileprivate var sum: Int { reduce(0) { $0 + $1.addresses } }
}
