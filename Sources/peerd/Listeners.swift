import Addressing
import BasicContainers
import Configuration
import ConnectionCore
import Control
import LinuxIO
import Timing

/// The sockets that peers come to, with what the configuration says of each.
struct Listeners: ~Copyable {
    struct Entry: ~Copyable {
        var listener: Listener
        /// As the configuration says it, with port 0 if the kernel was to choose one.
        let configuredAddress: PeerAddress
        var network: Arrival.Network
        var trustsLoopback: Bool
        /// Of a listener that stands behind a proxy.
        var gate: Gate?
        /// What its gate is called, whether it has one now or not.
        let gateNumber: UInt8
        /// Not watched until then, after the kernel had neither descriptor nor memory, or because
        /// it is dead.
        var disarmedUntil: Instant?
        /// It doesn't listen any more, and one in its place can't be made yet.
        var isDead = false

        init(
            _ listener: consuming Listener,
            _ configured: Configuration.Listen,
            gateNumber: UInt8
        ) {
            self.listener = listener
            self.gateNumber = gateNumber
            configuredAddress = configured.address
            network = Arrival.Network(configured.network)
            trustsLoopback = configured.trustedLoopback
            gate = Gate(of: configured, number: gateNumber)
        }

        /// Takes over what can change while it listens.
        mutating func update(_ configured: Configuration.Listen) {
            network = Arrival.Network(configured.network)
            trustsLoopback = configured.trustedLoopback
            gate = Gate(of: configured, number: gateNumber)
        }
    }

    /// For so long a listener is left alone when even the reserve didn't help.
    static let rest = Duration.milliseconds(100)

    /// For so long nothing is tried when one that died can't be made anew.
    static let mourning = Duration.seconds(1)

    private var entries = UniqueArray<Entry>()
    /// What listeners are watched by, in the order of `entries`. Tokens are never used again, so
    /// that an event of this turn isn't taken for another listener's.
    private var tokens: [EventToken] = []
    private var lastSource = KernelServices.Source.listeners

    var count: Int { entries.count }

    /// When the first disarmed listener is to be watched again.
    var deadline: Instant? {
        var nearest: Instant?
        for index in 0..<entries.count {
            guard let until = entries[index].disarmedUntil else { continue }
            nearest = min(nearest ?? until, until)
        }
        return nearest
    }

    subscript(index: Int) -> Entry {
        _read { yield entries[index] }
        _modify { yield &entries[index] }
    }

    /// As a status tells of them.
    var told: [Peers.Listener] {
        (0..<entries.count).map { index in
            Peers.Listener(
                address: entries[index].listener.address.description,
                network: Configuration.Listen.Network(entries[index].network).rawValue,
                trustedLoopback: entries[index].trustsLoopback
            )
        }
    }

    /// As the core's explanations ask for them.
    var explained: [Explanation.Listener] {
        (0..<entries.count).map { index in
            Explanation.Listener(
                local: entries[index].listener.address.peerAddress,
                network: entries[index].network,
                trustsLoopback: entries[index].trustsLoopback,
                gate: entries[index].gate,
                isDualStack: entries[index].listener.isDualStack
            )
        }
    }

    /// Which gate a new listener may have: one of no listener and, if there is any, of no
    /// connection. With as many listeners as there are numbers some share one.
    func freeGate(in table: ConnectionTable) -> UInt8 {
        var taken: Set<UInt8> = []
        for index in 0..<entries.count { taken.insert(entries[index].gateNumber) }
        let free = Gate.numbers.filter { !taken.contains($0) }
        return free.first { table.count(ofGate: $0) == 0 } ?? free.first ?? Gate.numbers.upperBound
    }

    func token(of index: Int) -> EventToken { tokens[index] }

    /// Nil if the listener is closed by now.
    func index(of token: EventToken) -> Int? { tokens.firstIndex(of: token) }

    /// Nil if nothing listens on what the configuration calls so.
    func index(configuredAs address: PeerAddress) -> Int? {
        for index in 0..<entries.count where entries[index].configuredAddress == address {
            return index
        }
        return nil
    }

    mutating func append(_ entry: consuming Entry, by epoll: borrowing Epoll) throws(SystemError) {
        let token = EventToken(fixed: lastSource)
        try epoll.add(entry.listener.descriptor, token: token, interest: .read)
        lastSource += 1
        tokens.append(token)
        entries.append(entry)
    }

    /// Forgets the socket of one that died: what it reports can't be silenced otherwise.
    mutating func mourn(at index: Int, by epoll: borrowing Epoll) throws(SystemError) {
        entries[index].isDead = true
        try epoll.remove(entries[index].listener.descriptor)
    }

    /// Makes one that died anew, at the same address.
    mutating func revive(at index: Int, by epoll: borrowing Epoll) throws(SystemError) {
        let listener = try entries[index].listener.madeAnew()
        try epoll.add(listener.descriptor, token: tokens[index], interest: .read)
        entries[index].listener = listener
        entries[index].isDead = false
    }

    /// Stops listening: what waits in the kernel's queue is reset.
    mutating func remove(at index: Int) {
        tokens.remove(at: index)
        entries.remove(at: index)
    }

    mutating func closeAll() {
        tokens.removeAll()
        entries.removeAll()
    }
}

extension Gate {
    /// Nil for a listener that doesn't stand behind a proxy.
    init?(of configured: Configuration.Listen, number: UInt8) {
        guard configured.isProxied else { return nil }
        self.init(
            number: number,
            connections: configured.connections,
            rate: configured.rate,
            burst: Double(configured.burst)
        )
    }
}

extension Arrival.Network {
    init(_ configured: Configuration.Listen.Network) {
        self =
            switch configured {
            case .ip: .ip
            case .onion: .onion
            }
    }
}

extension Configuration.Listen.Network {
    fileprivate init(_ network: Arrival.Network) {
        self =
            switch network {
            case .ip: .ip
            case .onion: .onion
            }
    }
}
