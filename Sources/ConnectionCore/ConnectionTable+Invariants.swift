internal import Addressing
import Facts

extension ConnectionTable {
    /// Recomputes every index from the entries alone and traps where one differs. O(n): tests and
    /// simulations call it after every event.
    package func checkInvariants() {
        var census = Census()
        var hosts: [HostKey: Int] = [:]
        var gates: [UInt8: UInt32] = [:]
        var groups: [NetworkGroup: UInt32] = [:]
        var names: [PeerName: UInt32] = [:]
        var persistentSlots: Set<UInt32> = []
        var numbers: Set<UInt64> = []
        for (slot, entry) in slots.enumerated() {
            guard let connection = entry else { continue }
            let id = connection.id
            precondition(id.slot == slot, "connection \(id) lies in slot \(slot)")
            precondition(numbers.insert(id.number).inserted, "id \(id) is used twice")
            census.count(connection, by: 1)
            if let host = Self.countedHost(connection) { hosts[host, default: 0] += 1 }
            if connection.gate != Gate.none { gates[connection.gate, default: 0] += 1 }
            if let group = countedGroup(connection) { groups[group, default: 0] += 1 }
            if let naming = namings[UInt32(slot)] { names[naming.name] = UInt32(slot) }
            if connection.isPersistent { persistentSlots.insert(UInt32(slot)) }
            if let remote = connection.remote {
                precondition(self.connection(at: remote)?.id == id, "\(remote) is not found")
            }
            checkPhase(of: connection)
        }
        precondition(census == self.census, "counts differ: \(self.census), found \(census)")
        precondition(
            hosts.count == countByHost.hosts
                && hosts.allSatisfy { countByHost[$0.key] == $0.value },
            "counts by host differ"
        )
        precondition(gates == countByGate, "counts by gate differ")
        precondition(groups == countByGroup, "counts by group differ")
        precondition(names == byName, "the index of names differs")
        precondition(names.count == namings.count, "a name outlived its connection")
        precondition(persistentSlots == Set(persistences.keys), "persistence differs")
        precondition(
            Set(free).count == free.count && free.allSatisfy { slots[Int($0)] == nil },
            "the free slots differ"
        )
        precondition(numbers.count + free.count == slots.count, "a slot was lost")
    }

    /// What each phase promises of the entry.
    private func checkPhase(of connection: Connection) {
        let id = connection.id
        let naming = namings[UInt32(id.slot)]
        switch connection.phase {
        case .waiting:
            precondition(connection.isPersistent, "\(id) waits and isn't persistent")
            precondition((connection.remote == nil) == (naming != nil), "\(id) waits wrongly named")
            precondition(!connection.isReady, "\(id) is ready and waits")
        case .dialing:
            precondition(connection.kind != .inbound, "\(id) is inbound and dials")
            precondition(!connection.isReady, "\(id) is ready and dials")
            precondition(
                connection.remote != nil || (naming != nil && naming?.untried == nil),
                "\(id) dials nothing"
            )
        case .handshaking:
            precondition(connection.remote != nil, "\(id) is connected to nobody")
            precondition(connection.local != nil, "\(id) has no local address")
            precondition(!connection.isReady, "\(id) is ready before its handshake")
        case .established:
            precondition(connection.remote != nil, "\(id) is connected to nobody")
            precondition(connection.local != nil, "\(id) has no local address")
        }
        precondition(
            !connection.isPersistent || connection.kind == .manual,
            "\(id) is persistent and \(connection.kind)"
        )
        precondition(
            !connection.isWhitelisted || connection.kind == .inbound,
            "\(id) is whitelisted and \(connection.kind)"
        )
    }
}
