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

    fileprivate var sentence: String {
        switch self {
        case .caller: "its caller"
        case .operator: "an operator"
        case .networkInactive: "the inactive network"
        case .ban: "a ban"
        case .shutdown: "the shutdown"
        }
    }
}

extension DialFailure: Named {
    package enum Name: String, FactName {
        case timedOut = "timed-out"
        case refused
        case unreachable
        case noRoute = "no-route"
        case noLocalAddress = "no-local-address"
        case bindAddressMissing = "bind-address-missing"
        case interfaceMissing = "interface-missing"
        case noLocalPort = "no-local-port"
        case unresolved
        case selfConnection = "self-connection"
        case alreadyConnected = "already-connected"
        case banned
        case tooManyPerHost = "too-many-per-host"
        case unsupportedAddress = "unsupported-address"
        case resourcesExhausted = "resources-exhausted"
        case cancelledByCaller = "cancelled-by-caller"
        case cancelledByOperator = "cancelled-by-operator"
        case cancelledByNetworkInactive = "cancelled-by-network-inactive"
        case cancelledByBan = "cancelled-by-ban"
        case cancelledByShutdown = "cancelled-by-shutdown"
        case io
    }

    package var name: Name {
        switch self {
        case .timedOut: .timedOut
        case .refused: .refused
        case .unreachable: .unreachable
        case .noRoute: .noRoute
        case .noLocalEnd(.address): .noLocalAddress
        case .noLocalEnd(.bindAddress): .bindAddressMissing
        case .noLocalEnd(.interface): .interfaceMissing
        case .noLocalEnd(.port): .noLocalPort
        case .unresolved: .unresolved
        case .selfConnection: .selfConnection
        case .alreadyConnected: .alreadyConnected
        case .banned: .banned
        case .tooManyPerHost: .tooManyPerHost
        case .unsupportedAddress: .unsupportedAddress
        case .resourcesExhausted: .resourcesExhausted
        case .cancelled(.caller): .cancelledByCaller
        case .cancelled(.operator): .cancelledByOperator
        case .cancelled(.networkInactive): .cancelledByNetworkInactive
        case .cancelled(.ban): .cancelledByBan
        case .cancelled(.shutdown): .cancelledByShutdown
        case .io: .io
        }
    }

    /// In an operator's words.
    package func sentence(_ wording: Wording) -> String {
        switch self {
        case .timedOut(let after): "timed out after \(after.briefDescription)"
        case .refused: "connection refused"
        case .unreachable: "host unreachable"
        case .noRoute: "no route from here"
        case .noLocalEnd(.address): "no address here to reach it from"
        case .noLocalEnd(.bindAddress(let address)):
            "no interface has \(address), which outbound.bind names"
        case .noLocalEnd(.interface(let zone)): "no interface is called \(zone)"
        case .noLocalEnd(.port(let range)):
            "no local port is left towards it: \(LocalObstacle.portSetting)"
                + (range.map { " is \($0.lowerBound) to \($0.upperBound)" } ?? "")
        case .unresolved(let reason): "name not resolved: \(reason)"
        case .selfConnection: "connected to ourselves"
        case .alreadyConnected(let id): Refusal.alreadyConnected(id).sentence(wording)
        case .banned(let prefix, let until): wording.banned(with: prefix, until: until)
        case .tooManyPerHost(let limit): Refusal.tooManyPerHost(limit: limit).sentence(wording)
        case .unsupportedAddress: "not an address that can be dialled"
        case .resourcesExhausted(let code), .io(let code): wording.systemError(code)
        case .cancelled(let canceller): "cancelled by \(canceller.sentence)"
        }
    }
}
