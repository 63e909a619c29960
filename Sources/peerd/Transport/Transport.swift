import BasicContainers
import LinuxIO

/// What the kernel gave for the engine's connections: sockets, what epoll watches them for, and
/// what waits to be sent. Each lies in the slot that the core gave its connection: no second index,
/// no box. 16 bytes a connection.
///
/// A socket is named by its link. To name one that isn't there any more is a mistake and traps:
/// whoever heard of it earlier asks `contains` first.
struct Transport: ~Copyable {
    /// Who reads and writes a socket.
    enum Owner: UInt8, Sendable {
        /// The kernel, until the attempt is over.
        case connecting
        /// This process.
        case ours
    }

    /// What lies in a slot. Not private: the compiler (6.3.1) fails to link such a type's metadata.
    struct Place: ~Copyable {
        /// Counts the sockets of this slot; 0 before the first.
        var generation: UInt32 = 0
        /// The dial that the socket is for; meaningless once it is connected.
        var attempt: UInt32 = 0
        var socket: Socket?
        var owner = Owner.ours
        var watch = Watch.none
    }

    /// What epoll tells of a socket.
    enum Watch: UInt8, Sendable {
        case none
        /// The end of an attempt to connect.
        case connecting
        case receiving
        /// Something waits to be sent.
        case receivingAndSending

        var interest: Interest {
            switch self {
            case .none: []
            case .connecting: .write
            case .receiving: .read
            case .receivingAndSending: [.read, .write]
            }
        }
    }

    private var places = UniqueArray<Place>()
    /// What the kernel hasn't taken, by slot.
    private var queues: [Int: SendQueue] = [:]
    /// How many sockets there are.
    private(set) var count = 0

    // MARK: Links

    /// The socket that lies in a slot now; nil if none does.
    func link(inSlot slot: Int) -> Link? {
        guard slot < places.count, places[slot].socket != nil else { return nil }
        return Link(slot: slot, generation: places[slot].generation)
    }

    /// Whether the link's socket is there still.
    func contains(_ link: Link) -> Bool {
        link.slot < places.count && places[link.slot].generation == link.generation
            && places[link.slot].socket != nil
    }

    func owner(of link: Link) -> Owner { places[link.slot].owner }

    /// The number of the dial that made the socket.
    func attempt(of link: Link) -> UInt32 { places[link.slot].attempt }

    /// How many bytes the kernel hasn't taken yet.
    func waiting(for link: Link) -> Int { queues[link.slot]?.count ?? 0 }

    // MARK: Coming and going

    /// Takes a socket for the connection in a slot, in the place of one that it may have had, and
    /// has it watched. Closing it will say goodbye.
    ///
    /// - Parameters:
    ///   - socket: Connecting, or accepted.
    ///   - slot: That of its connection.
    ///   - attempt: The number of the dial that made it.
    ///   - epoll: Which watches all of them.
    /// - Returns: The name of the socket until it is closed.
    /// - Throws: ENOMEM and ENOSPC, of the watch. Then the socket is closed.
    mutating func take(
        _ socket: consuming Socket,
        inSlot slot: Int,
        attempt: UInt32 = 0,
        by epoll: borrowing Epoll
    ) throws(SystemError) -> Link {
        while places.count <= slot { places.append(Place()) }
        close(slot: slot, by: epoll)
        count += 1
        let isConnecting = socket.isConnecting
        places[slot].generation &+= 1
        if places[slot].generation == 0 { places[slot].generation = 1 }
        places[slot].attempt = attempt
        places[slot].owner = isConnecting ? .connecting : .ours
        places[slot].socket = consume socket
        let link = Link(slot: slot, generation: places[slot].generation)
        do throws(SystemError) {
            if !isConnecting {
                try withSocket(of: link) { socket throws(SystemError) in try socket.clearLinger() }
            }
            try watch(link, for: isConnecting ? .connecting : .receiving, by: epoll)
        } catch {
            close(slot: slot, by: epoll)
            throw error
        }
        return link
    }

    /// Has a socket that was connecting for our own, once epoll tells of it.
    ///
    /// - Returns: Our end.
    /// - Throws: How the attempt failed, as `Socket.connectionResult`; the socket is there still.
    mutating func finishConnecting(
        _ link: Link,
        by epoll: borrowing Epoll
    ) throws(SystemError) -> SocketAddress {
        let local = try withSocket(of: link) { socket throws(SystemError) in
            try socket.connectionResult()
            return try socket.localAddress()
        }
        try watch(link, for: .receiving, by: epoll)
        places[link.slot].owner = .ours
        return local
    }

    /// Hangs up, unwatched: somebody else may have a copy of the descriptor, and epoll would go on
    /// telling of it for ever. What waits to be sent is forgotten.
    ///
    /// - Returns: False if there is nothing to hang up.
    @discardableResult
    mutating func close(slot: Int, by epoll: borrowing Epoll) -> Bool {
        guard slot < places.count, let socket = places[slot].socket.take() else { return false }
        if places[slot].watch != .none { epoll.remove(socket.descriptor) }
        places[slot].watch = .none
        if !queues.isEmpty { queues[slot] = nil }
        count -= 1
        return true
    }

    // MARK: Receiving

    /// Reads what is there into the beginning of a buffer; see `Socket.read`.
    mutating func read(
        from link: Link,
        into buffer: inout [UInt8]
    ) throws(SystemError) -> ReadResult {
        try withSocket(of: link) { socket throws(SystemError) in try socket.read(into: &buffer) }
    }

    /// Throws away what is there; see `Socket.discard`.
    mutating func discard(from link: Link, atMost limit: Int) throws(SystemError) -> ReadResult {
        try withSocket(of: link) { socket throws(SystemError) in
            try socket.discard(atMost: limit)
        }
    }

    // MARK: Sending

    /// Sends bytes behind what waits, and keeps what the kernel doesn't take: `sendWaiting` goes on
    /// when epoll says that there is room.
    ///
    /// - Returns: How many of them the kernel has taken.
    /// - Throws: As `Socket.send`; ENOMEM of a watch. Then the connection is of no use any more,
    ///   and what wasn't sent waits for nothing.
    mutating func send(
        _ bytes: ArraySlice<UInt8>,
        to link: Link,
        by epoll: borrowing Epoll
    ) throws(SystemError) -> Int {
        guard queues[link.slot] == nil else {
            queues[link.slot]?.append(bytes)
            return 0
        }
        let sent: Int
        do throws(SystemError) {
            sent = try pass(bytes, to: link)
        } catch {
            // They are what waits, and whatever is to follow waits behind them.
            queues[link.slot] = SendQueue(bytes)
            throw error
        }
        guard sent < bytes.count else { return sent }
        queues[link.slot] = SendQueue(bytes.dropFirst(sent))
        try watch(link, for: .receivingAndSending, by: epoll)
        return sent
    }

    /// Sends what the kernel takes of what waits.
    ///
    /// - Throws: As `send`.
    mutating func sendWaiting(
        to link: Link,
        by epoll: borrowing Epoll
    ) throws(SystemError) {
        guard let queue = queues[link.slot] else { return }
        let sent = try pass(queue.waiting, to: link)
        guard sent == queue.count else {
            queues[link.slot]?.noteSent(sent)
            return
        }
        queues[link.slot] = nil
        try watch(link, for: .receiving, by: epoll)
    }

    private mutating func pass(
        _ bytes: ArraySlice<UInt8>,
        to link: Link
    ) throws(SystemError) -> Int {
        try withSocket(of: link) { socket throws(SystemError) in try socket.send(bytes) }
    }

    // MARK: Sockets

    private mutating func watch(
        _ link: Link,
        for wanted: Watch,
        by epoll: borrowing Epoll
    ) throws(SystemError) {
        let present = places[link.slot].watch
        guard wanted != present else { return }
        try withSocket(of: link) { socket throws(SystemError) in
            let (token, interest) = (EventToken(link), wanted.interest)
            if present == .none {
                try epoll.add(socket.descriptor, token: token, interest: interest)
            } else {
                try epoll.modify(socket.descriptor, token: token, interest: interest)
            }
        }
        places[link.slot].watch = wanted
    }

    /// Lends the socket of a link.
    private mutating func withSocket<Result>(
        of link: Link,
        _ body: (inout Socket) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        let slot = link.slot
        guard places[slot].generation == link.generation,
            var socket = places[slot].socket.take()
        else { preconditionFailure("\(link) has no socket") }
        do throws(SystemError) {
            let result = try body(&socket)
            places[slot].socket = consume socket
            return result
        } catch {
            places[slot].socket = consume socket
            throw error
        }
    }
}
