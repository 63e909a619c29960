import Addressing
import ConnectionCore
import DecredWire
import Testing
import Timing

@testable import peerd

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
        let drawn = sample.addresses(forProxied: false, at: start, using: &random) { all }
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
                sample.addresses(forProxied: isProxied, at: start + time, using: &random) {
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
        #expect(
            sample.addresses(forProxied: false, at: start, using: &random) { known }.isEmpty
        )
        known = Self.addresses(1)
        let drawn = sample.addresses(forProxied: false, at: start, using: &random) { known }
        #expect(drawn == known)
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
        #expect(list.proven.isEmpty)
        list.succeeded(good, at: now)
        list.succeeded(stranger, at: now)
        let expected = AdvertisedAddress(address: good, services: 5, lastSeenSeconds: 7)
        #expect(list.proven == [expected])
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
