internal import Addressing
internal import Timing

/// Everybody there is: peers on the address list, peers that only operators know, names, and hosts
/// from which peers come to us.
struct Population {
    private(set) var peers: [SimulatedPeer] = []
    /// Peers from here on are not on the address list.
    private let strangers: Int
    private var places: [PeerAddress: Int] = [:]
    var names: [SimulatedName] = []
    private(set) var callers: [IPAddress] = []
    private let behaviours: [Behaviour]

    init(_ scenario: Scenario, _ random: inout SeededRandom) {
        behaviours = scenario.behaviours
        var addresses = AddressMaker(&random)
        let listed = addresses.list(of: scenario.listed)
        strangers = listed.count
        let unlisted = addresses.strangers(besides: listed)
        callers = addresses.callers(besides: listed)
        let fresh = addresses.list(of: 12)
        random = addresses.random
        for address in listed + unlisted + fresh { add(address, &random) }
        for number in 0..<6 {
            let name = Self.name("peer-\(number).example")
            names.append(SimulatedName(name: name, addresses: [], resolution: .resolves))
            rename(number, &random)
        }
    }

    var listed: [PeerAddress] { peers[..<strangers].map(\.address) }

    var unlisted: [PeerAddress] { peers[strangers...].map(\.address) }

    private mutating func add(_ address: PeerAddress, _ random: inout SeededRandom) {
        guard places[address] == nil else { return }
        places[address] = peers.count
        peers.append(SimulatedPeer(address, behaviours: behaviours, &random))
    }

    /// The peer at an address; nil where nobody is.
    func peer(at address: PeerAddress) -> SimulatedPeer? {
        places[address].map { peers[$0] }
    }

    /// Gives a peer another behaviour, as one that is restarted or moves.
    mutating func change(_ place: Int, _ random: inout SeededRandom) {
        peers[place].behaviour = random.element(of: behaviours)
    }

    /// Gives a name other addresses: some of them new, some of peers that have names or entries of
    /// their own.
    mutating func rename(_ number: Int, _ random: inout SeededRandom) {
        var addresses: [PeerAddress] = []
        for _ in 0..<random.number(in: 1...4) {
            addresses.append(random.element(of: peers).address)
        }
        if random.chance(0.1), let first = addresses.first {
            addresses.append(PeerAddress(host: first.host, port: 0))
        }
        names[number].addresses = addresses
        names[number].resolution =
            random.chance(0.7) ? .resolves : random.element(of: SimulatedName.Resolution.allCases)
    }

    /// Everybody answers, and each name has an address of its own.
    mutating func becomeKind() {
        for place in peers.indices { peers[place].behaviour = .answers }
        for number in names.indices {
            // 198.18.0.0/15 is for tests of devices: nobody else here lives there.
            let ip = IPAddress(v4: 0xc612_0000 | UInt32(number + 1))
            let port = names[number].name.port
            names[number].addresses = [PeerAddress(ip, port: port)]
            names[number].resolution = .resolves
        }
    }

    static func name(_ text: String) -> PeerName {
        do throws(AddressError) {
            return try PeerName(text, port: Scenario.defaultPort)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
