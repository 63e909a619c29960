internal import Addressing
internal import ConnectionCore
import Facts

/// What the daemon's shell would hold: lookups and sockets, in the same slots as the core's table.
///
/// Stricter than the real one: a step for something that isn't there, a second socket for one
/// connection and a slot that is taken are broken promises here.
struct Shell {
    enum Holding: Equatable {
        case nothing
        case resolving(DialAttempt, PeerName)
        case connecting(DialAttempt, PeerAddress)
        /// The attempt ended by itself, so its socket is gone, and the core has to say what now.
        case spent
        case established(socket: UInt64, PeerAddress)
    }

    private struct Place {
        let id: ConnectionID
        var holding = Holding.nothing
        /// Of the last attempt; attempts are numbered upwards.
        var attempt: UInt32 = 0
    }

    private var places: [Place?] = []
    /// Which connection has a socket to an address. Never iterated.
    private var holders: [PeerAddress: ConnectionID] = [:]
    private var lastSocket: UInt64 = 0
    private(set) var count = 0

    func holding(of id: ConnectionID) -> Holding {
        guard id.slot < places.count, let place = places[id.slot], place.id == id else {
            return .nothing
        }
        return place.holding
    }

    func isResolving(_ attempt: DialAttempt) -> Bool {
        guard case .resolving(attempt, _) = holding(of: attempt.id) else { return false }
        return true
    }

    func isConnecting(_ attempt: DialAttempt) -> Bool {
        guard case .connecting(attempt, _) = holding(of: attempt.id) else { return false }
        return true
    }

    func holds(socket: UInt64, of id: ConnectionID) -> Bool {
        guard case .established(socket, _) = holding(of: id) else { return false }
        return true
    }

    /// All established sockets, for a network that breaks, in the order of their slots.
    var established: [(id: ConnectionID, socket: UInt64, remote: PeerAddress)] {
        places.compactMap { place in
            guard let place, case .established(let socket, let remote) = place.holding else {
                return nil
            }
            return (place.id, socket, remote)
        }
    }

    // MARK: Steps of the core

    /// A lookup needs no socket, so there must be none.
    mutating func resolve(_ attempt: DialAttempt, _ name: PeerName) throws(BrokenPromise) {
        guard holding(of: attempt.id) == .nothing else {
            throw BrokenPromise("\(attempt.id) resolves beside \(holding(of: attempt.id))")
        }
        try start(attempt)
        set(.resolving(attempt, name), of: attempt.id)
    }

    /// Starts to connect. Replaces what an earlier attempt of the same connection has.
    mutating func dial(_ attempt: DialAttempt, _ address: PeerAddress) throws(BrokenPromise) {
        try start(attempt)
        try occupy(address, by: attempt.id)
        set(.connecting(attempt, address), of: attempt.id)
    }

    /// Gives up what the connection has, which may be no more than an attempt that has just ended.
    mutating func close(_ id: ConnectionID) throws(BrokenPromise) {
        guard holding(of: id) != .nothing else {
            throw BrokenPromise("\(id) is closed and there is nothing to close")
        }
        set(.nothing, of: id)
    }

    // MARK: What happens by itself

    /// A peer that was admitted.
    mutating func accepted(_ id: ConnectionID, _ remote: PeerAddress) throws(BrokenPromise) {
        try enter(id)
        try occupy(remote, by: id)
        lastSocket += 1
        set(.established(socket: lastSocket, remote), of: id)
    }

    /// - Returns: What tells this socket from an earlier one of the same connection.
    mutating func connected(_ attempt: DialAttempt) -> UInt64 {
        guard case .connecting(attempt, let address) = holding(of: attempt.id) else {
            preconditionFailure("the world connects \(attempt), which nobody dials")
        }
        lastSocket += 1
        set(.established(socket: lastSocket, address), of: attempt.id)
        return lastSocket
    }

    /// The attempt ended by itself, before the core is told.
    mutating func failed(_ attempt: DialAttempt) {
        set(.spent, of: attempt.id)
    }

    /// Compares with the table: exactly one lookup or socket for each connection that should have
    /// one, and none besides.
    func agree(with table: ConnectionTable) throws(BrokenPromise) {
        var expected = 0
        for connection in table.connections {
            let held = holding(of: connection.id)
            let agrees: Bool
            switch (connection.phase, held) {
            case (.waiting, .nothing):
                agrees = true
            case (.dialing, .resolving(_, let name)):
                agrees = connection.remote == nil && table.target(of: connection) == .name(name)
            case (.dialing, .connecting(_, let address)),
                (.handshaking, .established(_, let address)),
                (.established, .established(_, let address)):
                agrees = connection.remote == address
            case (.waiting, .resolving), (.waiting, .connecting), (.waiting, .established),
                (.waiting, .spent), (.dialing, .nothing), (.dialing, .established),
                (.dialing, .spent), (.handshaking, .nothing), (.handshaking, .resolving),
                (.handshaking, .connecting), (.handshaking, .spent), (.established, .nothing),
                (.established, .resolving),
                (.established, .connecting), (.established, .spent):
                agrees = false
            }
            guard agrees else {
                throw BrokenPromise(
                    "\(connection.id) is \(connection.phase), the shell has \(held)"
                )
            }
            if !connection.isWaiting { expected += 1 }
        }
        guard count == expected else {
            throw BrokenPromise("the shell has \(count) sockets and lookups for \(expected)")
        }
    }

    // MARK: Places

    /// Notes the attempt. Numbers rise, or a late answer could be taken for a later attempt's.
    private mutating func start(_ attempt: DialAttempt) throws(BrokenPromise) {
        try enter(attempt.id)
        let last = places[attempt.id.slot]?.attempt ?? 0
        guard attempt.number > last else {
            throw BrokenPromise("attempt \(attempt.number) of \(attempt.id) comes after \(last)")
        }
        places[attempt.id.slot]?.attempt = attempt.number
    }

    /// Makes the slot the connection's, if it is free.
    private mutating func enter(_ id: ConnectionID) throws(BrokenPromise) {
        while places.count <= id.slot { places.append(nil) }
        if let place = places[id.slot] {
            guard place.id != id else { return }
            guard place.holding == .nothing else {
                throw BrokenPromise("\(id) has the slot of \(place.id), which isn't closed yet")
            }
            guard place.id < id else {
                throw BrokenPromise("\(id) comes after \(place.id) in its slot")
            }
        }
        places[id.slot] = Place(id: id)
    }

    /// Takes the address for a socket of the connection, unless another connection has it.
    private mutating func occupy(_ address: PeerAddress, by id: ConnectionID) throws(BrokenPromise)
    {
        if let holder = holders[address], holder != id {
            throw BrokenPromise("\(id) is a second connection to \(address) beside \(holder)")
        }
        // An earlier socket of the same connection is replaced. It may even be connected: to
        // ourselves, which the core doesn't take for a connection.
        set(.nothing, of: id)
        holders[address] = id
    }

    private mutating func set(_ holding: Holding, of id: ConnectionID) {
        let old = self.holding(of: id)
        if let address = old.address { holders[address] = nil }
        if let address = holding.address { holders[address] = id }
        if old != .nothing { count -= 1 }
        if holding != .nothing { count += 1 }
        places[id.slot]?.holding = holding
    }
}

extension Shell.Holding {
    /// Whom the socket is connected or connecting to.
    fileprivate var address: PeerAddress? {
        switch self {
        case .connecting(_, let address), .established(_, let address): address
        case .nothing, .resolving, .spent: nil
        }
    }
}
