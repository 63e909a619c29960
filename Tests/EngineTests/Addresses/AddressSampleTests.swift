import Addressing
import ConnectionCore
import DecredWire
import Testing
import Timing

@testable import Engine

@Suite("The addresses that peers are told")
struct AddressSampleTests {
    private let start = Instant(nanoseconds: 0)

    @Test(
        "are 23 % of what is known, rounded up, and never more than a message holds",
        arguments: [(0, 0), (1, 1), (4, 1), (5, 2), (100, 23), (4_347, 1_000), (10_000, 1_000)]
    )
    func share(known: Int, told: Int) {
        var sample = AddressSample()
        var random = SeededRandom(seed: 1)
        let all = Self.addresses(known)
        let drawn = ask(&sample, at: start, using: &random, all)
        #expect(drawn.count == told)
        #expect(Set(drawn).count == told && Set(drawn).isSubset(of: all))
    }

    @Test("stay the same for 21 h, are others after 27 h, and others for who comes by a proxy")
    func life() {
        let all = Self.addresses(1_000)
        for seed in UInt64(0)..<50 {
            var sample = AddressSample()
            var random = SeededRandom(seed: seed)
            var draws = 0
            func ask(_ isProxied: Bool, after time: Duration) -> [AdvertisedAddress] {
                sample.addresses(
                    for: isProxied ? nil : asker,
                    at: start + time,
                    using: &random,
                    outOf: all.count
                ) {
                    draws += 1
                    return all
                }
            }
            let first = ask(false, after: .zero)
            #expect(ask(false, after: AddressSample.shortestLife - .nanoseconds(1)) == first)
            #expect(draws == 1)
            #expect(ask(true, after: .zero) != first)
            #expect(ask(false, after: AddressSample.longestLife) != first)
            #expect(draws == 3)
        }
    }

    @Test("are looked for again while nothing is known")
    func empty() {
        var sample = AddressSample()
        var random = SeededRandom(seed: 1)
        var known: [AdvertisedAddress] = []
        #expect(ask(&sample, at: start, using: &random, known).isEmpty)
        known = Self.addresses(1)
        #expect(ask(&sample, at: start, using: &random, known) == known)
    }

    @Test(
        "are drawn anew when what is known has grown by half or ten, whichever is more",
        arguments: [(1, 11), (10, 20), (20, 30), (21, 31), (22, 33), (100, 150), (1_000, 1_500)]
    )
    func growth(first: Int, grown: Int) {
        var sample = AddressSample()
        var random = SeededRandom(seed: 1)
        let old = ask(&sample, at: start, using: &random, Self.addresses(first))
        #expect(ask(&sample, at: start, using: &random, Self.addresses(grown - 1)) == old)
        // Fewer are no reason.
        #expect(ask(&sample, at: start, using: &random, []) == old)
        let new = ask(&sample, at: start, using: &random, Self.addresses(grown))
        #expect(new.count == (grown * AddressSample.percent + 99) / 100)
        // From here on it must grow anew.
        let last = Self.addresses(grown + max(grown / 2, 10) - 1)
        #expect(ask(&sample, at: start, using: &random, last) == new)
    }

    @Test("are never of the asker's own host, at whatever port")
    func askersHost() throws {
        let seen = try ["11.0.0.1:1", "11.0.0.1:2", "[2a00::1]:1", "11.0.0.2:1"].map {
            AdvertisedAddress(
                address: try PeerAddress(parsing: $0),
                services: 1,
                lastSeenSeconds: 0
            )
        }
        // So that all of them are drawn, each often.
        let all = seen.flatMap { Array(repeating: $0, count: 100) }
        var sample = AddressSample()
        var random = SeededRandom(seed: 1)
        let whole = ask(&sample, at: start, using: &random, all)
        #expect(Set(whole) == Set(seen))
        for (asker, hidden) in [
            ("11.0.0.1", 2), ("11.0.0.2", 1), ("2a00::ffff", 1), ("11.0.0.3", 0),
        ] {
            let host = PeerAddress.Host.ip(try #require(IPAddress(asker)))
            let told = ask(&sample, host, at: start, using: &random, all)
            #expect(told == whole.filter { HostKey($0.address.host) != HostKey(host) })
            #expect(Set(told).count == seen.count - hidden, "\(asker)")
        }
    }

    @Test("have been good once, with what the peer offered then")
    func proven() throws {
        let configured = Self.addresses(3).map(\.address)
        var list = AddressList(configured, shuffledBy: SeededRandom(seed: 1))
        let (good, named) = (configured[0], configured[1])
        let stranger = try #require(PeerAddress("192.0.2.1:9108"))
        let now = Moment(instant: start, wall: WallTime(microseconds: 7_000_000))
        list.noteServices(5, of: good)
        list.noteServices(1, of: named)
        #expect(list.proven(onlyRoutable: false, at: now).isEmpty)
        #expect(list.provenCount(onlyRoutable: false) == 0)
        list.succeeded(good, at: now)
        list.succeeded(stranger, at: now)
        list.succeeded(good, at: now)
        let expected = AdvertisedAddress(address: good, services: 5, lastSeenSeconds: 7)
        for onlyRoutable in [true, false] {
            #expect(list.proven(onlyRoutable: onlyRoutable, at: now) == [expected])
            #expect(list.provenCount(onlyRoutable: onlyRoutable) == 1)
        }
    }

    @Test("are those that anybody may reach, if only these are asked for, in an old list and a new")
    func provenRoutable() throws {
        let now = Moment(instant: start, wall: WallTime(microseconds: 7_000_000))
        let local = try #require(PeerAddress("10.0.0.1:9108"))
        let configured = Self.addresses(2).map(\.address) + [local]
        var list = AddressList(configured, shuffledBy: SeededRandom(seed: 1))
        for address in configured { list.succeeded(address, at: now) }
        for kept in [configured, Array(configured.dropFirst())] {
            _ = list.replace(with: kept)
            let routable = list.proven(onlyRoutable: true, at: now).map(\.address)
            #expect(Set(routable) == Set(kept.dropLast()))
            #expect(list.provenCount(onlyRoutable: true) == kept.count - 1)
            #expect(Set(list.proven(onlyRoutable: false, at: now).map(\.address)) == Set(kept))
            #expect(list.provenCount(onlyRoutable: false) == kept.count)
        }
    }

    private let asker = PeerAddress.Host.ip(IPAddress(v4: 0x0a00_0001))

    private func ask(
        _ sample: inout AddressSample,
        _ host: PeerAddress.Host? = .ip(IPAddress(v4: 0x0a00_0001)),
        at now: Instant,
        using random: inout SeededRandom,
        _ known: [AdvertisedAddress]
    ) -> [AdvertisedAddress] {
        sample.addresses(for: host, at: now, using: &random, outOf: known.count) { known }
    }

    /// So many different ones.
    private static func addresses(_ count: Int) -> [AdvertisedAddress] {
        (0..<UInt32(count)).map { index in
            AdvertisedAddress(
                address: PeerAddress(IPAddress(v4: 0x0b00_0000 + index), port: 9108),
                services: 1,
                lastSeenSeconds: 0
            )
        }
    }
}
