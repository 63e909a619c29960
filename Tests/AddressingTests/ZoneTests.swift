import Addressing
import Testing

@Suite("A zone")
struct ZoneTests {
    @Test(
        "is read and shown by the interface's name, as are addresses that have it",
        arguments: ["eth0", "wg-home.7", "a", "fifteen-letters", "a%b", "2nd"]
    )
    func roundTrip(name: String) throws {
        let ip = try IPAddress(parsing: "fe80::1%\(name)")
        #expect(ip.zone?.description == name)
        #expect(ip.description == "fe80::1%\(name)")
        #expect(ip == IPAddress("fe80::1")?.on(try Zone(named: name)))
        #expect(ip.withoutZone == IPAddress("fe80::1"))
        let address = try PeerAddress(parsing: "[fe80::1%\(name)]:9108")
        #expect(address == PeerAddress(ip, port: 9108))
        #expect(address.description == "[fe80::1%\(name)]:9108")
        let target = try PeerTarget(parsing: "fe80::1%\(name)", defaultPort: 9108)
        #expect(target == .address(address))
    }

    @Test(
        "is nothing that no interface is called, and no index",
        arguments: [
            ("", .badName), ("sixteen-letters-", .badName), (".", .badName), ("..", .badName),
            ("a b", .badName), ("a/b", .badName), ("a:b", .badName), ("a]", .badName),
            ("a\u{7}", .badName), ("a\u{7f}", .badName), ("é", .badName), ("0", .number),
            ("17", .number),
        ] as [(String, Zone.Problem)]
    )
    func rejected(name: String, problem: Zone.Problem) {
        #expect(throws: problem) { try Zone(named: name) }
        #expect(Zone(known: name) == nil)
    }

    @Test("makes another host and another group of an address on each link")
    func links() throws {
        let first = try IPAddress(parsing: "fe80::1%eth0")
        let second = try IPAddress(parsing: "fe80::1%eth1")
        let neighbour = try IPAddress(parsing: "fe80::2%eth0")
        #expect(first != second)
        #expect(HostKey(first) != HostKey(second))
        #expect(HostKey(first) == HostKey(neighbour))
        #expect(NetworkGroup(.ip(first)) != NetworkGroup(.ip(second)))
        #expect(NetworkGroup(.ip(first)) == NetworkGroup(.ip(neighbour)))
        #expect(NetworkGroup(.ip(first)).description == "fe80::%eth0/32")
        // What floods are counted by.
        #expect(first.masked(to: 56) != second.masked(to: 56))
        #expect(first.masked(to: 56) == neighbour.masked(to: 56))
        #expect(first.isLinkLocal && first.isOfOneLink && !first.lacksZone && !first.isRoutable)
    }

    @Test("is none in what comes from outside, whatever bits that has in its place")
    func foreign() throws {
        let zone = try Zone(named: "eth0")
        let bits = 0xfe80 << 48 | UInt64(zone.number) << 32
        let foreign = IPAddress(foreignHigh: bits, low: 1)
        #expect(foreign == IPAddress("fe80::1"))
        #expect(foreign.lacksZone)
        // Other addresses have their own bits there.
        let other = IPAddress(foreignHigh: 0x2001_0db8 << 32, low: 1)
        #expect(other == IPAddress("2001:db8::1"))
        #expect(!other.hasZone)
    }

    @Test(
        "is found in a text that isn't read yet",
        arguments: [
            ("[fe80::1%eth0]:9108", "eth0"), ("fe80::1%eth0", "eth0"), ("fe80::%eth0/64", "eth0"),
            ("fe80::1", nil), ("fe80::1%", nil), ("fe80::1%7", nil), ("a%b c", nil),
        ] as [(String, String?)]
    )
    func found(text: String, name: String?) {
        #expect(Zone.name(in: text) == name)
    }

    /// In a process of its own, as names are kept.
    @Test("is one of at most 255, and the next text with one is an error that says so")
    func bound() async {
        await #expect(processExitsWith: .success) {
            for number in 1...Zone.mostNames {
                let zone = try Zone(named: "eth\(number)")
                precondition("\(zone)" == "eth\(number)" && Zone.count == number)
            }
            let isKnown = try Zone(named: "eth7") == Zone(known: "eth7")
            precondition(isKnown && Zone(known: "eth256") == nil)
            do throws(AddressError) {
                _ = try PeerAddress(parsing: "[fe80::1%eth256]:1")
                preconditionFailure("one too many")
            } catch {
                precondition(error.reason == .zone(.tooMany))
            }
        }
    }

    @Test("has one number, whichever threads name it at once")
    func threads() async {
        await #expect(processExitsWith: .success) {
            let names = (1...100).map { "eth\($0)" }
            let results = await withTaskGroup(of: [UInt16].self) { group in
                for _ in 0..<8 {
                    group.addTask { names.compactMap { try? Zone(named: $0).number } }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            precondition(results.allSatisfy { $0 == results[0] } && Set(results[0]).count == 100)
        }
    }
}
