import BasicContainers
import ConnectionCore
import Facts
import LinuxIO

/// The sockets of the core's connections, each in the slot that the core gave its connection: no
/// second index, no box. 32 bytes a connection.
struct SocketTable: ~Copyable {
    struct Slot: ~Copyable {
        /// Counts the sockets of this slot, so that an event for an earlier one is known. Never 0,
        /// which is for the fixed sources.
        var generation: UInt32 = 0
        /// The dial that the socket is for; meaningless once it is connected.
        var attempt: UInt32 = 0
        var bytesRead: UInt64 = 0
        var bytesSent: UInt64 = 0
        var socket: Socket?
    }

    private var slots = UniqueArray<Slot>()
    private(set) var count = 0
    /// What was read and sent since the start.
    private(set) var totals = Bytes()

    struct Bytes {
        var read: UInt64 = 0
        var sent: UInt64 = 0
    }

    /// Takes a socket for a connection, instead of one that it may have had.
    ///
    /// - Returns: The token that epoll has to give back with its events.
    mutating func put(
        _ socket: consuming Socket,
        for id: ConnectionID,
        attempt: UInt32 = 0
    ) -> EventToken {
        while slots.count <= id.slot { slots.append(Slot()) }
        drop(id)
        count += 1
        slots[id.slot].generation &+= 1
        if slots[id.slot].generation == 0 { slots[id.slot].generation = 1 }
        slots[id.slot].attempt = attempt
        slots[id.slot].bytesRead = 0
        slots[id.slot].bytesSent = 0
        slots[id.slot].socket = consume socket
        return token(slot: id.slot)
    }

    /// What epoll gives back with the events of the socket in a slot.
    func token(slot: Int) -> EventToken {
        EventToken(slot: UInt32(slot), generation: slots[slot].generation)
    }

    /// Hangs up; false if there is nothing to hang up.
    @discardableResult
    mutating func drop(_ id: ConnectionID) -> Bool {
        guard id.slot < slots.count, slots[id.slot].socket != nil else { return false }
        slots[id.slot].socket = nil
        count -= 1
        return true
    }

    /// Whether the event is for the socket that lies there now.
    func contains(_ token: EventToken) -> Bool {
        let slot = Int(token.slot)
        return slot < slots.count && slots[slot].generation == token.generation
            && slots[slot].socket != nil
    }

    func isConnecting(slot: Int) -> Bool {
        switch slots[slot].socket {
        case .some(let socket): socket.isConnecting
        case .none: false
        }
    }

    func attempt(slot: Int) -> UInt32 { slots[slot].attempt }

    func bytesRead(slot: Int) -> UInt64 { slots[slot].bytesRead }

    func bytesSent(slot: Int) -> UInt64 { slots[slot].bytesSent }

    /// Lends the socket of a slot that has one.
    mutating func withSocket<Result>(
        slot: Int,
        _ body: (inout Socket) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        guard var socket = slots[slot].socket.take() else {
            preconditionFailure("slot \(slot) has no socket")
        }
        do throws(SystemError) {
            let result = try body(&socket)
            slots[slot].socket = consume socket
            return result
        } catch {
            slots[slot].socket = consume socket
            throw error
        }
    }

    mutating func noteSent(_ bytes: Int, slot: Int) {
        slots[slot].bytesSent &+= UInt64(bytes)
        totals.sent &+= UInt64(bytes)
    }

    mutating func noteRead(_ bytes: Int, slot: Int) {
        slots[slot].bytesRead &+= UInt64(bytes)
        totals.read &+= UInt64(bytes)
    }
}
