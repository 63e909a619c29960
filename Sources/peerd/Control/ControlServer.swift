import BasicContainers
import Control
import LinuxIO
import Timing

/// The control socket and who has come to it. It never makes the loop wait: what a client doesn't
/// take is kept for it up to a bound, and what takes long is done in steps.
struct ControlServer: ~Copyable {
    /// Steps (a call, or 64 rows of an answer) in one turn for all clients together: about 2 ms, so
    /// that peers don't wait for clients.
    static let stepsPerTurn = 16
    /// A longer call is so many steps more: `AddAddresses` with 1,000 of them takes about 1 ms and
    /// is 6, and one of 1 MiB takes about 10 ms and the rest of its turn.
    static let bytesPerStep = 4_096
    /// Clients that are let in, or turned away, in one turn: whoever comes again and again must not
    /// keep the loop.
    static let acceptsPerTurn = 64
    /// Bytes of one client in one turn.
    static let bytesPerTurn = 65_536
    /// For so long nobody is accepted when there is no descriptor left.
    static let rest = Duration.milliseconds(100)

    private var listeners = UniqueArray<UnixListener>()
    private var clients = UniqueArray<ControlClient>()
    /// What each place is watched by.
    private var tokens: [EventToken] = []
    /// Counts clients, so that an event for an earlier one of the same place is known.
    private var serial: UInt32 = 0
    private var buffer: [UInt8] = []
    private var restsUntil: Instant?
    /// Somebody waits to be let in. That comes last in a turn, so that the places of whoever has
    /// hung up are free by then.
    var hasNewcomers = false
    /// Came when every place was taken, and somebody who had one had just hung up.
    private var newcomer: UnixConnection?
    /// Who may change something.
    var writers = WriteAccess(user: 0, group: 0)
    /// Clients that get events.
    private(set) var monitors = 0
    /// Something could be done at once that wasn't, for the sake of the others.
    var isBehind = false

    /// Empty places included.
    var places: Range<Int> { 0..<clients.count }

    subscript(place: Int) -> ControlClient {
        _read { yield clients[place] }
        _modify { yield &clients[place] }
    }

    /// When `rearm` has something to do.
    var deadline: Instant? { restsUntil }

    // MARK: Listening

    mutating func listen(
        by listener: consuming UnixListener,
        _ epoll: borrowing Epoll
    ) throws(SystemError) {
        try epoll.add(listener.descriptor, token: Self.listening, interest: .read)
        listeners.append(listener)
    }

    private static var listening: EventToken {
        EventToken(fixed: KernelServices.Source.control.rawValue)
    }

    /// Stops listening, and deletes the socket if the daemon made it. Who is there stays.
    mutating func stopListening(_ epoll: borrowing Epoll) throws(SystemError) {
        var failure: SystemError?
        for index in 0..<listeners.count {
            epoll.remove(listeners[index].descriptor)
            do throws(SystemError) { try listeners[index].unlink() } catch { failure = error }
        }
        listeners.removeAll()
        if let failure { throw failure }
    }

    /// Lets in who waits, as far as there are places; epoll says in the next turn whether there are
    /// more.
    ///
    /// - Returns: How many sockets have turned out not to listen any more: nobody can come there.
    @discardableResult
    mutating func accept(at now: Instant, _ epoll: borrowing Epoll) -> Int {
        var dead: [Int] = []
        hasNewcomers = false
        if let first = newcomer.take() { admit(first, epoll) }
        for index in 0..<listeners.count {
            do throws(AcceptFailure) {
                for _ in 0..<Self.acceptsPerTurn where !hasNewcomers {
                    guard let connection = try listeners[index].accept() else { break }
                    admit(connection, epoll)
                }
            } catch {
                switch error {
                case .transient: break
                case .outOfDescriptors, .exhausted: rest(from: now, epoll)
                case .notListening: dead.append(index)
                }
            }
        }
        for index in dead.reversed() {
            // What it reports can't be silenced, and closing it isn't enough: others have it open.
            epoll.remove(listeners[index].descriptor)
            listeners.remove(at: index)
        }
        return dead.count
    }

    private mutating func admit(
        _ connection: consuming UnixConnection,
        _ epoll: borrowing Epoll
    ) {
        var counts = ClientCounts()
        for place in places {
            guard let credentials = clients[place].credentials else { continue }
            counts.add(owner(of: credentials))
        }
        let kept = writers.user == 0 ? 0 : Bounds.clientsOfService
        guard counts.admits(owner(of: connection.credentials), keeping: kept) else {
            // Who has hung up is served for the last time before this is asked again.
            if isSomebodyLeaving {
                newcomer = consume connection
                hasNewcomers = true
            }
            return
        }
        let place = emptyPlace()
        serial &+= 1
        tokens[place] = EventToken(
            fixed: Self.firstToken | serial << 6 & ~Self.firstToken | UInt32(place)
        )
        do throws(SystemError) {
            try epoll.add(connection.descriptor, token: tokens[place], interest: .read)
            clients[place].open(connection)
        } catch {
            // The kernel is out of memory: the client is hung up on, and can come again.
        }
    }

    /// Whether a place will be free at once. The kernel knows of whoever hung up after it was asked
    /// for this turn's events.
    private var isSomebodyLeaving: Bool {
        places.contains { clients[$0].isGone || clients[$0].hasHungUp }
    }

    private func owner(of credentials: PeerCredentials) -> ClientCounts.Owner {
        if credentials.user == 0 { return .root }
        return credentials.user == writers.user ? .service : .other
    }

    /// Tokens from here on are clients'; 6 bits of them say the place, for 64 clients.
    private static let firstToken: UInt32 = 1 << 31

    private mutating func emptyPlace() -> Int {
        for place in places where !clients[place].isOpen { return place }
        clients.append(ControlClient())
        tokens.append(EventToken(fixed: 0))
        return clients.count - 1
    }

    /// Leaves the listeners alone for a while, lest the loop spins on what it can't accept.
    private mutating func rest(from now: Instant, _ epoll: borrowing Epoll) {
        setInterest([], epoll)
        restsUntil = now + Self.rest
    }

    mutating func rearm(at now: Instant, _ epoll: borrowing Epoll) {
        guard let until = restsUntil, until <= now else { return }
        restsUntil = setInterest(.read, epoll) ? nil : now + Self.rest
    }

    @discardableResult
    private func setInterest(_ interest: Interest, _ epoll: borrowing Epoll) -> Bool {
        var isDone = true
        for index in 0..<listeners.count {
            do throws(SystemError) {
                try epoll.modify(
                    listeners[index].descriptor,
                    token: Self.listening,
                    interest: interest
                )
            } catch {
                isDone = false
            }
        }
        return isDone
    }

    // MARK: Clients

    /// Nil if the event is for a client that is gone, or for none.
    func place(of token: EventToken) -> Int? {
        tokens.firstIndex(of: token).flatMap { clients[$0].isOpen ? $0 : nil }
    }

    /// Something is ready on a client's connection.
    mutating func note(_ event: ReadyEvent, at place: Int) {
        // Both directions are over, even if there is still something to read.
        if event.isHangUp || event.isError { clients[place].noteGone() }
        if event.isWritable { clients[place].isFull = false }
        read(place)
    }

    /// Takes what a client has sent, up to a bound.
    mutating func read(_ place: Int) {
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: Self.bytesPerTurn) }
        clients[place].read(into: &buffer)
    }

    mutating func beginMonitor(_ filter: EventFilter, at place: Int) {
        monitors += 1
        clients[place].begin(.monitor(filter, MonitorBacklog()))
    }

    /// What is left of its calls comes next.
    mutating func endMonitor(at place: Int) {
        monitors -= 1
        clients[place].begin(.none)
    }

    /// Hangs up, unwatched: somebody else may have a copy of the descriptor.
    mutating func close(_ place: Int, _ epoll: borrowing Epoll) {
        if case .monitor = clients[place].work { endMonitor(at: place) }
        if clients[place].interest != nil {
            clients[place].withDescriptor { epoll.remove($0) }
        }
        clients[place].close()
    }

    /// Has epoll watch a client for what it is waited for.
    ///
    /// - Returns: False if the kernel has no memory for it.
    mutating func updateInterest(of place: Int, _ epoll: borrowing Epoll) -> Bool {
        let (wanted, present) = (clients[place].wantedInterest, clients[place].interest)
        guard wanted != present else { return true }
        do throws(SystemError) {
            let token = tokens[place]
            try clients[place].withDescriptor { descriptor throws(SystemError) in
                if let wanted, present == nil {
                    try epoll.add(descriptor, token: token, interest: wanted)
                } else if let wanted {
                    try epoll.modify(descriptor, token: token, interest: wanted)
                } else {
                    epoll.remove(descriptor)
                }
            }
            clients[place].interest = wanted
            return true
        } catch {
            return false
        }
    }

    /// Keeps an event, which is encoded once, for every monitor that wants it.
    mutating func offer(_ event: Peers.Event) {
        guard monitors > 0 else { return }
        var message: [UInt8] = []
        Peers.Monitor.Reply(event: event).encode(into: &message, continues: true)
        for place in places {
            clients[place].offer(message, named: event.name, nowUnixUSec: event.timeUnixUSec)
        }
    }
}
