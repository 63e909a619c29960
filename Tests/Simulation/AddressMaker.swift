internal import Addressing
internal import Timing

/// Draws addresses of all sorts, so that hosts, groups and prefixes meet.
struct AddressMaker {
    var random: SeededRandom

    init(_ random: inout SeededRandom) {
        self.random = SeededRandom(seed: random.next())
    }

    /// Distinct addresses, most of them in groups of their own and some undialable.
    mutating func list(of count: Int) -> [PeerAddress] {
        var list: [PeerAddress] = []
        var known: Set<PeerAddress> = []
        while list.count < count {
            let host: PeerAddress.Host =
                switch random.number(below: 100) {
                case 0..<70: .ip(IPAddress(v4: publicV4()))
                case 70..<78: list.last?.host ?? .ip(IPAddress(v4: publicV4()))
                case 78..<86: .ip(globalV6())
                case 86..<90: .ip(hurricane())
                case 90..<94: .ip(sixToFour())
                case 94..<97: .onion(onion())
                default: .ip(IPAddress(v4: 0xe000_0001))
                }
            let port =
                random.chance(0.8) ? Scenario.defaultPort : UInt16(random.number(in: 1...65_535))
            let address = PeerAddress(host: host, port: port)
            if known.insert(address).inserted { list.append(address) }
        }
        return list
    }

    /// Peers that only operators know: five on one host, some next to listed ones, some local.
    mutating func strangers(besides listed: [PeerAddress]) -> [PeerAddress] {
        var strangers: [PeerAddress] = []
        let crowded = IPAddress(v4: publicV4())
        for port in UInt16(9_000)..<9_005 {
            strangers.append(PeerAddress(crowded, port: port))
        }
        for number in UInt32(2)..<5 {
            let local = IPAddress(v4: 0x7f00_0000 | number)
            strangers.append(PeerAddress(local, port: Scenario.defaultPort))
        }
        for address in listed.prefix(4) {
            strangers.append(PeerAddress(host: address.host, port: 9_999))
        }
        strangers.append(PeerAddress(host: .onion(onion()), port: Scenario.defaultPort))
        strangers.append(PeerAddress(IPAddress(v4: 0), port: Scenario.defaultPort))
        return strangers
    }

    /// Hosts of those who come to us: neighbours in one /24, one IPv6 /64 and one /56, whitelisted
    /// ones, local ones, and some that are on the address list.
    mutating func callers(besides listed: [PeerAddress]) -> [IPAddress] {
        var callers: [IPAddress] = []
        let street = publicV4() & ~0xff
        let site = globalV6()
        for number in 0..<6 {
            callers.append(IPAddress(v4: publicV4()))
            callers.append(IPAddress(v4: street | UInt32(number)))
            callers.append(IPAddress(high: site.high, low: UInt64(number)))
            callers.append(IPAddress(high: site.high & ~0xff | UInt64(number), low: 1))
            callers.append(IPAddress(v4: 0x0a14_1e00 | UInt32(number)))
        }
        callers.append(IPAddress(high: 0x2001_0db8_0077_0000, low: 7))
        callers.append(IPAddress(v4: 0x7f00_0001))
        callers.append(IPAddress(v4: 0x7f00_0002))
        callers.append(IPAddress(high: 0, low: 1))
        return callers + listed.prefix(6).compactMap(\.ip)
    }

    /// One of 65,536 hosts in 256 streets, as a botnet has them.
    static func stranger(_ random: inout SeededRandom) -> IPAddress {
        let street = UInt32(random.number(below: 256)) << 12
        return IPAddress(v4: 0x3c00_0000 | street | UInt32(random.number(below: 256)))
    }

    private mutating func publicV4() -> UInt32 {
        UInt32(random.number(in: 11...59)) << 24 | UInt32(truncatingIfNeeded: random.next() >> 40)
    }

    private mutating func globalV6() -> IPAddress {
        IPAddress(high: 0x2400_0000_0000_0000 | random.next() >> 8, low: random.next())
    }

    private mutating func hurricane() -> IPAddress {
        IPAddress(high: 0x2001_0470_0000_0000 | random.next() >> 32, low: 2)
    }

    private mutating func sixToFour() -> IPAddress {
        IPAddress(high: 0x2002 << 48 | UInt64(publicV4()) << 16, low: 1)
    }

    private mutating func onion() -> OnionKey {
        OnionKey(a: random.next(), b: random.next(), c: random.next(), d: random.next())
    }
}
