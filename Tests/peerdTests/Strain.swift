import Control
import DecredWire
import Facts
import Glibc

/// What others can do to a daemon, on purpose or not, and nobody else should feel. Whatever new
/// code does for somebody, and must not do without bound, gets a case.
enum Strain: CaseIterable, Sendable {
    /// Clients that ask for all bans, again and again, and read nothing.
    case unreadBans
    /// The same, for all connections.
    case unreadConnections
    /// Monitors that don't read, under a flood of events.
    case deafMonitors
    /// More clients than a turn has steps, each of which pages through all bans without end.
    case pagingClients
    /// Clients whose calls are as long as a call may be.
    case longestCalls
    /// More peers that come than a turn takes.
    case arrivals
    /// A peer that says something as fast as it can.
    case rushingPeer
    /// Peers that say something as fast as they can, and read no answer.
    case unreadingPeers

    private static let bans = 10_000
    /// Many pages, and quickly made.
    private static let pagedBans = 2_000
    private static let connections = 1_000
    private static let unreadCalls = 3
    /// Whose buffers may take 2.2 MiB each.
    private static let callers = 12

    /// Whether the daemon has nothing to do for whoever makes it, once it has begun.
    var isStill: Bool {
        switch self {
        case .unreadBans, .unreadConnections: true
        case .deafMonitors, .pagingClients, .longestCalls, .arrivals, .rushingPeer,
            .unreadingPeers:
            false
        }
    }

    /// How much the loop may do before it serves somebody else, in the longest calls.
    var calls: Int {
        switch self {
        case .unreadBans, .unreadConnections, .deafMonitors, .pagingClients, .arrivals:
            Meanwhile.callsInBound
        // One in each turn, and what is read of the others.
        case .longestCalls: 6
        // A turn reads 64 KiB of each, 2,000 pings.
        case .rushingPeer, .unreadingPeers: 12
        }
    }

    /// How many of the longest calls may be answered before another client's: one of each, and as
    /// much again for what is read of the next ones.
    var callsAhead: Int { self == .longestCalls ? 2 * Self.callers : 0 }

    /// By how much it may make the daemon's memory grow.
    var mostGrowth: Int {
        switch self {
        case .longestCalls: Self.callers * (9 << 18) + Meanwhile.mostGrowth
        case .unreadBans, .unreadConnections, .deafMonitors, .pagingClients, .arrivals,
            .rushingPeer, .unreadingPeers:
            Meanwhile.mostGrowth
        }
    }

    /// Puts a daemon under it.
    func begin(on daemon: borrowing DaemonProcess) throws -> Trouble {
        let trouble = Trouble()
        switch self {
        case .unreadBans:
            try Self.make(bans: Self.bans, in: daemon)
            try trouble.bring(clients: 50, to: daemon)
            try trouble.call(Peers.ListBans(), Self.unreadCalls, of: daemon)
        case .unreadConnections:
            try trouble.bring(peers: Self.connections, to: daemon)
            try daemon.waitForConnections { $0.count > Self.connections }
            try trouble.bring(clients: 50, to: daemon)
            try trouble.call(Peers.List(), Self.unreadCalls, of: daemon)
        case .deafMonitors:
            try trouble.bring(clients: 10, to: daemon)
            for client in trouble.clients { try client.monitor() }
            trouble.crowd = try Crowd(at: daemon.listening[0], rate: 2_000, count: 100_000)
        case .pagingClients:
            try Self.make(bans: Self.pagedBans, in: daemon)
            try trouble.bring(clients: 40, to: daemon)
            var call: [UInt8] = []
            Peers.ListBans().encode(into: &call)
            try trouble.rush(sending: call, by: trouble.clients.map(\.number))
        case .longestCalls:
            try trouble.bring(clients: Self.callers, to: daemon)
            try trouble.rush(sending: Self.longestCall, by: trouble.clients.map(\.number))
        case .arrivals:
            trouble.crowd = try Crowd(at: daemon.listening[0], rate: 1_000_000, count: 1_000_000)
        case .rushingPeer:
            let peer = MeasuringPeer(try LoopbackPeer(to: daemon.listening[0]))
            try peer.shakeHands()
            trouble.peers = [peer.socket]
            try trouble.rush(sending: Self.pings, by: [peer.socket.number])
        case .unreadingPeers:
            for _ in 0..<3 {
                let peer = MeasuringPeer(
                    try LoopbackPeer(to: daemon.listening[0], isNarrow: true)
                )
                try peer.shakeHands()
                trouble.peers.append(peer.socket)
            }
            try trouble.rush(
                sending: Self.pings,
                by: trouble.peers.map(\.number),
                isReading: false
            )
        }
        return trouble
    }

    private static func make(bans count: Int, in daemon: borrowing DaemonProcess) throws {
        let client = try daemon.connectControl()
        for number in 0..<count {
            let prefix = "10.\(number >> 8).\(number & 255).0/24"
            try client.send(Peers.Ban(prefix: prefix), oneway: true)
        }
        guard try client.ask(Peers.Status()).status.bans == count else { throw Failure("no bans") }
    }

    static let longestCall: [UInt8] = {
        let call = Array(#"{"method":"org.varlink.service.GetInfo"}"#.utf8)
        let count = Bounds.messageBytes - call.count
        return call + [UInt8](repeating: UInt8(ascii: " "), count: count) + [0]
    }()

    private static let pings = (0..<1_000).flatMap {
        MeasuringPeer.bytes(of: .ping(nonce: UInt64($0)))
    }

    /// Ends it, and sees that it was what it claims.
    func end(_ trouble: Trouble, on daemon: borrowing DaemonProcess) throws {
        switch self {
        case .unreadBans:
            try Self.readOne(of: trouble.clients, Peers.ListBans.self) {
                $0.flatMap(\.bans).count == Self.bans
            }
        case .unreadConnections:
            try Self.readOne(of: trouble.clients, Peers.List.self) {
                $0.flatMap(\.connections).count > Self.connections
            }
        case .deafMonitors:
            try Self.waitForEvents(of: daemon)
            trouble.crowd = nil
            // The others are still deaf.
            for client in trouble.clients[..<5] { try Self.expectMiss(by: client) }
        case .pagingClients, .longestCalls, .rushingPeer:
            guard let amount = try trouble.rush?.finish() else { throw Failure("no rush") }
            guard amount.sent > 1 << 20 || amount.received > 1 << 20 else {
                throw Failure("only \(amount)")
            }
        case .arrivals:
            trouble.crowd = nil
        case .unreadingPeers:
            _ = try trouble.rush?.finish()
            // Long before they would be for taking too long to read.
            let start = ContinuousClock.now
            try daemon.waitForConnections { $0.count == 1 }
            guard ContinuousClock.now - start < WriteDeadline.grace / 2 else {
                throw Failure("what waits for them is without bound")
            }
        }
    }

    /// Waits for more than the daemon and the kernel keep for a monitor.
    private static func waitForEvents(of daemon: borrowing DaemonProcess) throws {
        let client = try daemon.connectControl()
        let deadline = ContinuousClock.now + ChildProcess.patience
        while case let totals = try client.ask(Peers.Status()).status.totals,
            totals.accepted + totals.ended < UInt64(6 * Bounds.backlogEvents)
        {
            guard ContinuousClock.now < deadline else { throw Failure("only \(totals)") }
            _ = poll(nil, 0, 20)
        }
    }

    private static func expectMiss(by monitor: ControlConnection) throws {
        while true {
            if case .missed = try monitor.nextEvent().content { return }
        }
    }

    /// One of the clients reads all after all, and the others go away.
    private static func readOne<Call: MethodParameters>(
        of clients: [ControlConnection],
        _ call: Call.Type,
        _ isWhole: ([Call.Reply]) -> Bool
    ) throws {
        for (number, client) in clients.enumerated() {
            guard number == 0 else {
                client.close()
                continue
            }
            for _ in 0..<unreadCalls {
                var replies: [Call.Reply] = []
                while true {
                    let (value, continues) = try client.reply(to: call)
                    replies.append(value)
                    guard continues else { break }
                }
                guard isWhole(replies) else { throw Failure("\(replies.count) replies") }
            }
        }
    }
}

/// Who puts a daemon under a strain. It is over when this is dropped.
final class Trouble {
    var clients: [ControlConnection] = []
    var peers: [LoopbackPeer] = []
    var rush: Rush?
    var crowd: Crowd?

    fileprivate func bring(clients count: Int, to daemon: borrowing DaemonProcess) throws {
        for _ in 0..<count { clients.append(try daemon.connectControl()) }
    }

    fileprivate func bring(peers count: Int, to daemon: borrowing DaemonProcess) throws {
        for _ in 0..<count { peers.append(try LoopbackPeer(to: daemon.listening[0])) }
    }

    /// Has all clients call so often, and the daemon hear of all of it at once.
    fileprivate func call(
        _ call: some MethodParameters,
        _ times: Int,
        of daemon: borrowing DaemonProcess
    ) throws {
        // So that each is a client of the daemon by then.
        try daemon.connectControl().ask(Peers.Status())
        try daemon.stop()
        defer { daemon.signal(SIGCONT) }
        for client in clients {
            for _ in 0..<times { try client.send(call) }
        }
    }

    fileprivate func rush(
        sending bytes: [UInt8],
        by numbers: [CInt],
        isReading: Bool = true
    ) throws {
        rush = try Rush(on: numbers, sending: bytes, isReading: isReading)
    }

    /// Whether it goes on, as far as it ends by itself.
    var goesOn: Bool { crowd?.isRunning ?? true }
}
