package import Addressing
package import Facts
package import Timing

/// All connections of all kinds and phases, and every index over them.
///
/// Only `insert`, `update`, `rename` and `remove` change it, and they keep the indexes with it. The
/// address index holds a `host:port` once, so a second connection to or from it, of any kind in any
/// phase, can't be represented. Nothing iterates a hash: connections come in the order of their
/// slots, so a run is the same in every process.
package struct ConnectionTable: Sendable {
    /// What only persistent connections have, apart from the entry that 20,000 others pay for.
    package struct Persistence: Equatable, Sendable {
        /// Who wants the connection kept. What the configuration no longer names is removed when it
        /// is read again; what was added at run time stays.
        package enum Origin: Equatable, Sendable {
            case configuration
            case runtime
        }

        package var origin = Origin.runtime
        /// Attempts in a row that didn't lead to a stable connection, but for those that nobody is
        /// to blame for.
        package var retries: UInt32 = 0
        /// The last failure, or how a stable connection ended; nil while neither has been. Of one
        /// that is connected now it may still become worse.
        package internal(set) var setback: Setback?
        /// Since when the peer has been wanted and hasn't been ready; nil while it is ready, or
        /// connected by another entry of its address.
        package internal(set) var downSince: Instant?
        /// That it has been down for too long has been said.
        var isDownSaid = false
    }

    /// What only connections that were given by name have.
    package struct Naming: Equatable, Sendable {
        package var name: PeerName
        /// What the resolver gave and was not tried yet; nil while it is asked.
        var untried: [PeerAddress]?
        /// The address that was dialled last. The automatic dialler leaves it to this connection
        /// even while it waits.
        var lastAddress: PeerAddress?
        /// Why the address before this one was given up.
        var lastFailure: DialFailure?
    }

    package private(set) var census = Census()

    var slots: [Connection?] = []
    var free: [UInt32] = []
    private var lastNumber: UInt64 = 0
    private var byAddress: AddressIndex
    private(set) var byName: [PeerName: UInt32] = [:]
    private(set) var countByHost: HostCounts
    /// Only gates that have any.
    private(set) var countByGate: [UInt8: UInt32] = [:]
    private(set) var countByGroup: [NetworkGroup: UInt32] = [:]
    /// How often a connection has left a group.
    private(set) var groupReleases: UInt64 = 0
    private(set) var persistences: [UInt32: Persistence] = [:]
    private(set) var namings: [UInt32: Naming] = [:]

    init(hashKey: UInt64) {
        let hash = KeyedHash(key: hashKey)
        byAddress = AddressIndex(hash: hash)
        countByHost = HostCounts(hash: hash)
    }

    // MARK: Questions

    /// Connections in every phase.
    package var count: Int { slots.count - free.count }

    /// Nil when the connection has ended, even if another one has its slot now.
    package subscript(id: ConnectionID) -> Connection? {
        guard id.slot < slots.count, let found = slots[id.slot], found.id == id else { return nil }
        return found
    }

    /// Whether a connection is there still.
    package func contains(_ id: ConnectionID) -> Bool {
        id.slot < slots.count && slots[id.slot]?.id == id
    }

    package func connection(at address: PeerAddress) -> Connection? {
        byAddress.slot(of: address, in: slots).flatMap { slots[Int($0)] }
    }

    package func connection(named name: PeerName) -> Connection? {
        byName[name].flatMap { slots[Int($0)] }
    }

    package func connection(at target: PeerTarget) -> Connection? {
        switch target {
        case .address(let address): connection(at: address)
        case .name(let name): connection(named: name)
        }
    }

    /// By the number that people see. O(n): for commands, not for events.
    package func connection(numbered number: UInt64) -> Connection? {
        connections.first { $0.id.number == number }
    }

    /// All connections in the order of their slots.
    package var connections: some Sequence<Connection> {
        slots.lazy.compactMap { $0 }
    }

    /// Slots that were ever used: the end of what `connection(inSlot:)` can be asked for.
    package var slotCount: Int { slots.count }

    package func connection(inSlot slot: Int) -> Connection? { slots[slot] }

    package func id(inSlot slot: Int) -> ConnectionID? { slots[slot]?.id }

    /// Connections of one host that are not waiting.
    package func count(of host: HostKey) -> Int { countByHost[host] }

    /// Connections that came through a gate.
    package func count(ofGate number: UInt8) -> Int { Int(countByGate[number] ?? 0) }

    /// Outbound, manual and persistent connections of one group, in every phase.
    package func count(of group: NetworkGroup) -> Int { Int(countByGroup[group] ?? 0) }

    /// The connection that was given by name and had this address when it was dialled last; of
    /// several the one in the first slot.
    func connection(lastAt address: PeerAddress) -> Connection? {
        // A few dozen at the most.
        namings.lazy.filter { $0.value.lastAddress == address }.map(\.key).min()
            .flatMap { slots[Int($0)] }
    }

    /// Persistent connections of one host, in every phase.
    func persistentCount(of host: HostKey) -> Int {
        persistences.keys.count { slot in
            slots[Int(slot)]?.remote.map { HostKey($0.host) } == host
        }
    }

    package func persistence(of id: ConnectionID) -> Persistence? {
        self[id] == nil ? nil : persistences[UInt32(id.slot)]
    }

    package func naming(of id: ConnectionID) -> Naming? {
        self[id] == nil ? nil : namings[UInt32(id.slot)]
    }

    /// What the operator or the dialler named. Traps for a connection that was given neither name
    /// nor address, which can't be.
    package func target(of connection: Connection) -> PeerTarget {
        if connection.traits.contains(.named), let naming = namings[UInt32(connection.id.slot)] {
            return .name(naming.name)
        }
        guard let remote = connection.remote else {
            preconditionFailure("connection \(connection.id) has neither name nor address")
        }
        return .address(remote)
    }

    // MARK: Changes

    mutating func insert(
        _ kind: Kind,
        to target: PeerTarget,
        phase: Phase,
        traits: Connection.Traits = [],
        gate: UInt8 = Gate.none,
        local: PeerAddress? = nil
    ) -> Connection {
        let slot: UInt32
        if let reused = free.popLast() {
            slot = reused
        } else {
            slot = UInt32(slots.count)
            slots.append(nil)
        }
        lastNumber += 1
        var traits = traits
        var remote: PeerAddress?
        switch target {
        case .address(let address):
            remote = address
        case .name(let name):
            traits.insert(.named)
            precondition(byName[name] == nil, "\(name) is in the table already")
            byName[name] = slot
            namings[slot] = Naming(name: name)
        }
        var connection = Connection(
            id: ConnectionID(number: lastNumber, slot: Int(slot)),
            kind: kind,
            remote: remote,
            phase: phase,
            traits: traits,
            gate: gate
        )
        connection.local = local
        if connection.isPersistent { persistences[slot] = Persistence() }
        if let remote { byAddress.insert(slot, holding: remote, in: slots) }
        recount(from: nil, to: connection)
        slots[Int(slot)] = connection
        return connection
    }

    /// Changes an entry and moves it in every index that the change concerns. Traps if the
    /// connection has ended.
    @discardableResult
    mutating func update(_ id: ConnectionID, _ change: (inout Connection) -> Void) -> Connection {
        guard let old = self[id] else { preconditionFailure("connection \(id) has ended") }
        let slot = UInt32(id.slot)
        var new = old
        change(&new)
        precondition(new.id == id)
        if new.remote != old.remote {
            if let remote = old.remote { byAddress.remove(slot, holding: remote, in: slots) }
            // The entry isn't found by its old address while the index looks for the new one.
            slots[Int(slot)]?.remote = nil
            if let remote = new.remote { byAddress.insert(slot, holding: remote, in: slots) }
        }
        if new.isPersistent != old.isPersistent {
            persistences[slot] = new.isPersistent ? Persistence() : nil
        }
        recount(from: old, to: new)
        slots[Int(slot)] = new
        return new
    }

    mutating func updatePersistence(_ id: ConnectionID, _ change: (inout Persistence) -> Void) {
        guard var persistence = persistence(of: id) else {
            preconditionFailure("connection \(id) is not persistent")
        }
        change(&persistence)
        persistences[UInt32(id.slot)] = persistence
    }

    mutating func updateNaming(_ id: ConnectionID, _ change: (inout Naming) -> Void) {
        guard var naming = naming(of: id) else {
            preconditionFailure("connection \(id) was not given by name")
        }
        change(&naming)
        let old = countedGroup(self[id])
        namings[UInt32(id.slot)] = naming
        regroup(from: old, to: countedGroup(self[id]))
    }

    /// Has an open connection go by another name, or by its address and no name.
    mutating func rename(_ id: ConnectionID, to target: PeerTarget) -> Connection {
        guard var connection = self[id], let remote = connection.remote, connection.isOpen else {
            preconditionFailure("\(id) is not connected")
        }
        let slot = UInt32(id.slot)
        if let old = namings.removeValue(forKey: slot) { byName[old.name] = nil }
        switch target {
        case .address(let address):
            precondition(address == remote, "\(id) is connected to \(remote), not to \(address)")
            connection.traits.remove(.named)
        case .name(let name):
            precondition(byName[name] == nil, "\(name) is in the table already")
            byName[name] = slot
            namings[slot] = Naming(name: name, lastAddress: remote)
            connection.traits.insert(.named)
        }
        slots[id.slot] = connection
        return connection
    }

    /// Traps if the connection has ended: a connection ends once.
    mutating func remove(_ id: ConnectionID) {
        guard let old = self[id] else { preconditionFailure("connection \(id) has ended already") }
        let slot = UInt32(id.slot)
        if let remote = old.remote { byAddress.remove(slot, holding: remote, in: slots) }
        recount(from: old, to: nil)
        if old.traits.contains(.named), let naming = namings.removeValue(forKey: slot) {
            byName[naming.name] = nil
        }
        if old.isPersistent { persistences[slot] = nil }
        slots[id.slot] = nil
        free.append(slot)
    }

    /// Takes out what an entry counted and adds what it counts now; nil is no entry.
    private mutating func recount(from old: Connection?, to new: Connection?) {
        if let old { census.count(old, by: -1) }
        if let new { census.count(new, by: 1) }
        if old?.gate != new?.gate {
            if let old, old.gate != Gate.none { Self.add(-1, to: &countByGate[old.gate]) }
            if let new, new.gate != Gate.none { Self.add(1, to: &countByGate[new.gate]) }
        }
        // Most changes leave host and group as they are, and hashing is what costs here.
        let (oldHost, newHost) = (old.flatMap(Self.countedHost), new.flatMap(Self.countedHost))
        if oldHost != newHost {
            if let oldHost { countByHost.subtract(oldHost) }
            if let newHost { countByHost.add(newHost) }
        }
        regroup(from: countedGroup(old), to: countedGroup(new))
    }

    private mutating func regroup(from old: NetworkGroup?, to new: NetworkGroup?) {
        guard old != new else { return }
        if let old {
            Self.add(-1, to: &countByGroup[old])
            groupReleases &+= 1
        }
        if let new { Self.add(1, to: &countByGroup[new]) }
    }

    private static func add(_ change: Int, to count: inout UInt32?) {
        let sum = Int(count ?? 0) + change
        count = sum == 0 ? nil : UInt32(sum)
    }

    /// Waiting entries don't count: nothing is connected or being connected. What came from behind
    /// a proxy has the proxy's address, and its gate counts it.
    static func countedHost(_ connection: Connection) -> HostKey? {
        guard !connection.isWaiting, !connection.traits.contains(.proxied),
            let remote = connection.remote
        else { return nil }
        return HostKey(remote.host)
    }

    /// A name that has no address at present stays in the group of its last one, where it will most
    /// likely be again.
    func countedGroup(_ connection: Connection?) -> NetworkGroup? {
        guard let connection else { return nil }
        switch connection.kind {
        case .outbound, .manual:
            let address =
                connection.remote ?? namings[UInt32(connection.id.slot)]?.lastAddress
            return address.map { NetworkGroup($0.host) }
        case .inbound, .feeler:
            return nil
        }
    }
}
