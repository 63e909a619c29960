package import Addressing
package import Timing

/// Why a dial didn't lead to a connection.
package enum DialFailure: Equatable, Sendable {
    case timedOut(after: Duration)
    case refused
    case unreachable
    /// The kernel has no route: says nothing about the peer.
    case noRoute
    /// There is nothing of ours to come from, which says nothing about the peer either.
    case noLocalEnd(LocalObstacle)
    /// The resolver's word on a name.
    case unresolved(String)
    /// We reached ourselves.
    case selfConnection
    /// Each address of a name is connected already, the last one as this connection.
    case alreadyConnected(ConnectionID)
    /// Each address of a name is banned, or every one but those that failed otherwise; the last one
    /// by this ban.
    case banned(Prefix, until: WallTime?)
    case tooManyPerHost(limit: Int)
    case unsupportedAddress
    /// Our own trouble: no descriptor or no memory.
    case resourcesExhausted(errno: Int32)
    case cancelled(by: Canceller)
    case io(errno: Int32)

    /// Whether the failure tells something bad about the address. Our own troubles and decisions
    /// don't.
    var blamesAddress: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .io:
            true
        case .noRoute, .noLocalEnd, .unresolved, .selfConnection, .alreadyConnected, .banned,
            .tooManyPerHost, .unsupportedAddress, .resourcesExhausted, .cancelled:
            false
        }
    }

    /// Whether it counts as one of the automatic dialler's failures in a row. What empties the
    /// table doesn't, nor do exhausted resources, which have a pause of their own, and what wasn't
    /// dialled for want of a route or an address of ours: its region rests.
    var isOutboundFailure: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .noLocalEnd(.port), .unresolved, .selfConnection,
            .io, .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress,
            .cancelled(by: .caller), .cancelled(by: .operator), .cancelled(by: .ban):
            true
        case .noRoute, .noLocalEnd(.address), .noLocalEnd(.bindAddress), .noLocalEnd(.interface),
            .resourcesExhausted, .cancelled(by: .networkInactive), .cancelled(by: .shutdown):
            false
        }
    }

    /// Whether another dial to the same region would most likely fail alike.
    var lacksRoute: Bool {
        switch self {
        case .noRoute, .noLocalEnd(.address), .noLocalEnd(.bindAddress), .noLocalEnd(.interface):
            true
        case .timedOut, .refused, .unreachable, .noLocalEnd(.port), .unresolved, .selfConnection,
            .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress, .resourcesExhausted,
            .cancelled, .io:
            false
        }
    }

    /// Whether it tells only of our own machine: then a persistent peer goes on trying as before,
    /// quietly.
    package var blamesNobody: Bool {
        switch self {
        case .noRoute, .noLocalEnd, .resourcesExhausted: true
        case .timedOut, .refused, .unreachable, .unresolved, .selfConnection, .alreadyConnected,
            .banned, .tooManyPerHost, .unsupportedAddress, .cancelled, .io:
            false
        }
    }

    /// Whether the next address of a name is worth a try.
    var leavesNextAddress: Bool {
        switch self {
        case .timedOut, .refused, .unreachable, .noRoute, .noLocalEnd, .selfConnection, .io,
            .alreadyConnected, .banned, .tooManyPerHost, .unsupportedAddress:
            true
        case .unresolved, .resourcesExhausted, .cancelled:
            false
        }
    }
}

/// What of ours is missing for a dial.
package enum LocalObstacle: Equatable, Sendable {
    /// No address of the peer's family that reaches it. Another dial of that family fails alike.
    case address
    /// `outbound.bind` names this address for the peer's family, and no interface has it. Another
    /// dial of that family fails alike.
    case bindAddress(IPAddress)
    /// No interface has the name that is the zone of the peer's address, or of that in
    /// `outbound.bind`. Another dial of the same link, or family, fails alike.
    case interface(Zone)
    /// Every local port towards this peer is taken; the kernel gives those in this range, which is
    /// nil where we can't read it. Another peer may be reached all the same.
    case port(among: ClosedRange<UInt16>?)

    /// The setting of the kernel that says which ports it gives, for IPv6 too.
    package static let portSetting = "net.ipv4.ip_local_port_range"
}

/// Who gave a dial up.
package enum Canceller: Equatable, Sendable {
    /// Whoever asked for the connection went away.
    case caller
    case `operator`
    case networkInactive
    case ban
    case shutdown
}
