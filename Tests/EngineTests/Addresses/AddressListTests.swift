import Addressing
import ConnectionCore
import DecredWire
import Testing
import Timing

@testable import Engine

@Suite("A list of addresses")
struct AddressListTests {
    private let start = Instant(nanoseconds: 1_000_000_000_000)

    private func moment(after duration: Duration = .zero) -> Moment {
        Moment(instant: start + duration, wall: WallTime(microseconds: 1) + duration)
    }

    /// Each in a region of its own, public ones and others.
    private static let addresses = [
        "8.8.8.1:9108", "10.0.0.1:9108", "[2a00::1]:9108", "127.0.0.1:9108", "8.8.4.1:9108",
    ].compactMap { PeerAddress($0) }

    private func makeList(of count: Int) -> AddressList {
        AddressList(Array(Self.addresses.prefix(count)), shuffledBy: SeededRandom(seed: 1))
    }

    private func sinceLastAttempt(
        _ address: PeerAddress,
        _ list: AddressList,
        at now: Moment
    ) -> Duration? {
        list.candidate(for: address, at: now)?.sinceLastAttempt
    }

    @Test("that is made of a lent copy takes over what happened meanwhile")
    func lending() throws {
        var list = makeList(of: 3)
        let (stays, goes, comes) = (Self.addresses[0], Self.addresses[1], Self.addresses[3])
        list.attempted(stays, at: moment())
        list.succeeded(stays, at: moment())
        var copy = list.lend()
        // While somebody reads the configuration:
        list.attempted(stays, at: moment(after: .seconds(5)))
        list.attempted(goes, at: moment(after: .seconds(5)))
        list.succeeded(goes, at: moment(after: .seconds(5)))
        list.succeeded(Self.addresses[2], at: moment(after: .seconds(6)))
        list.noteServices(5, of: Self.addresses[2])
        let added = list.add([Self.addresses[4]])
        #expect(added == 1)
        list.attempted(Self.addresses[4], at: moment(after: .seconds(7)))

        let hasMore = copy.replace(with: [stays, comes, Self.addresses[2]])
        #expect(hasMore)
        list.adopt(copy)
        let now = moment(after: .seconds(10))
        #expect(list.count == 4)
        #expect(list.candidate(for: goes, at: now) == nil)
        #expect(sinceLastAttempt(stays, list, at: now) == .seconds(5))
        #expect(sinceLastAttempt(comes, list, at: now) == nil)
        #expect(sinceLastAttempt(Self.addresses[4], list, at: now) == .seconds(3))
        #expect(list.provenCount(onlyRoutable: false) == 2)
        #expect(list.provenCount(onlyRoutable: true) == 2)
        let proven = list.proven(onlyRoutable: false, at: now)
        #expect(Set(proven.map(\.address)) == [stays, Self.addresses[2]])
        #expect(proven.first { $0.address == Self.addresses[2] }?.services == 5)
        // What clients have added stays at the next reload too.
        var second = list.lend()
        let hasYetMore = second.replace(with: [stays])
        #expect(!hasYetMore)
        list.adopt(second)
        #expect(list.count == 2)
        #expect(sinceLastAttempt(Self.addresses[4], list, at: now) == .seconds(3))
    }

    @Test("takes over what clients added meanwhile as far as anybody may reach it, if only that is")
    func onlyRoutable() throws {
        var list = makeList(of: 1)
        var copy = list.lend()
        let added = list.add([Self.addresses[1], Self.addresses[2], Self.addresses[3]])
        #expect(added == 3)
        _ = copy.replace(with: [Self.addresses[0], Self.addresses[3]], onlyRoutable: true)
        list.adopt(copy, onlyRoutable: true)
        // The configuration's own is there though it is loopback.
        #expect(list.count == 3)
        #expect(list.candidate(for: Self.addresses[1], at: moment()) == nil)
        for index in [0, 2, 3] {
            #expect(list.candidate(for: Self.addresses[index], at: moment()) != nil)
        }
    }

    @Test("that was lent in vain goes on as it was")
    func inVain() throws {
        var list = makeList(of: 2)
        _ = list.lend()
        list.attempted(Self.addresses[0], at: moment())
        list.forgetLending()
        #expect(sinceLastAttempt(Self.addresses[0], list, at: moment()) == .zero)
        var copy = list.lend()
        let hasMore = copy.replace(with: [Self.addresses[0]])
        #expect(!hasMore)
        list.adopt(copy)
        #expect(sinceLastAttempt(Self.addresses[0], list, at: moment()) == .zero)
        #expect(list.count == 1)
    }
}
