import Addressing
import BasicContainers
import Configuration
import ConnectionCore
import Control
import Glibc
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
        /// It doesn't listen any more or yet, and one in its place can't be made now. It isn't
        /// watched.
        var isDead: Bool

        /// Where it listens or will, with the port that the kernel chose.
        var address: PeerAddress {
            PeerAddress(host: configuredAddress.host, port: listener.address.port)
        }

        /// The interface that it has to be bound to and the index that this has now, nil if there
        /// is none of that name; nil in all if it is bound to none.
        func link() throws(SystemError) -> (zone: Zone, interface: UInt32?)? {
            guard let zone = configuredAddress.ip?.zone else { return nil }
            return (zone, try Interface.index(of: zone.description))
        }

        init(
            _ listener: consuming Listener,
            _ configured: Configuration.Listen,
            gateNumber: UInt8,
            isDead: Bool = false
        ) {
            self.listener = listener
            self.isDead = isDead
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

    /// So often it is looked whether interfaces are still those that listeners are bound to: one
    /// that was removed and made again has another index, and the kernel tells no listener.
    static let linkCheck = Duration.seconds(5)

    private var entries = UniqueArray<Entry>()
    /// When interfaces are looked at next, if a listener is bound to one.
    private var nextLinkCheck: Instant?
    /// What listeners are watched by, in the order of `entries`. Tokens are never used again, so
    /// that an event of this turn isn't taken for another listener's.
    private var tokens: [EventToken] = []
    private var lastSource = KernelServices.Source.listeners

    var count: Int { entries.count }

    /// When the first disarmed listener is to be watched again, or interfaces are to be looked at.
    var deadline: Instant? {
        var nearest = nextLinkCheck
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
                address: entries[index].address.description,
                network: Configuration.Listen.Network(entries[index].network).rawValue,
                trustedLoopback: entries[index].trustsLoopback
            )
        }
    }

    /// As the core's explanations ask for them.
    var explained: [Explanation.Listener] {
        (0..<entries.count).map { index in
            Explanation.Listener(
                local: entries[index].address,
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

    mutating func append(
        _ entry: consuming Entry,
        by epoll: borrowing Epoll,
        at now: Instant
    ) throws(SystemError) {
        let token = EventToken(fixed: lastSource)
        if !entry.isDead {
            try epoll.add(entry.listener.descriptor, token: token, interest: .read)
        }
        lastSource += 1
        tokens.append(token)
        if entry.configuredAddress.ip?.hasZone ?? false {
            nextLinkCheck = nextLinkCheck ?? now + Self.linkCheck
        }
        entries.append(entry)
    }

    /// Whether interfaces are to be looked at now; then they will be again.
    mutating func beginLinkCheck(at now: Instant) -> Bool {
        guard let due = nextLinkCheck, due <= now else { return false }
        var isNeeded = false
        for index in 0..<entries.count where entries[index].configuredAddress.ip?.hasZone ?? false {
            isNeeded = true
        }
        nextLinkCheck = isNeeded ? now + Self.linkCheck : nil
        return isNeeded
    }

    /// Stops listening on a link that is gone, until `revive`.
    mutating func suspend(at index: Int, by epoll: borrowing Epoll) throws(SystemError) {
        let place = try Listener(awaiting: entries[index].listener.address)
        if !entries[index].isDead { mourn(at: index, by: epoll) }
        entries[index].listener = place
    }

    /// Forgets the socket of one that died: what it reports can't be silenced otherwise.
    mutating func mourn(at index: Int, by epoll: borrowing Epoll) {
        entries[index].isDead = true
        epoll.remove(entries[index].listener.descriptor)
    }

    /// Makes one that died anew, at the same address.
    ///
    /// - Throws: ENODEV while it has no interface.
    mutating func revive(at index: Int, by epoll: borrowing Epoll) throws(SystemError) {
        let link = try entries[index].link()
        if let link, link.interface == nil { throw SystemError(.bind, ENODEV) }
        let listener = try entries[index].listener.madeAnew(on: link?.interface)
        try epoll.add(listener.descriptor, token: tokens[index], interest: .read)
        entries[index].listener = listener
        entries[index].isDead = false
    }

    /// Stops listening: what waits in the kernel's queue is reset, unless somebody else has a copy
    /// of the listener, such as the service manager of an inherited one.
    mutating func remove(at index: Int, by epoll: borrowing Epoll) {
        if !entries[index].isDead { mourn(at: index, by: epoll) }
        tokens.remove(at: index)
        entries.remove(at: index)
    }

    mutating func closeAll(by epoll: borrowing Epoll) {
        for index in (0..<count).reversed() { remove(at: index, by: epoll) }
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
