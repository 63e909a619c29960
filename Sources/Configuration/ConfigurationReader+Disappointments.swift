import Addressing

/// What is allowed, and won't do what whoever wrote it expects.
extension ConfigurationReader {
    mutating func warnAboutDisappointments() {
        warnAboutServices()
        warnAboutWhitelist()
        warnAboutCrowdedHosts()
        warnAboutOwnAddresses()
        warnAboutBind()
    }

    /// The bit of a full node in `services`.
    private static let fullNode = 1

    /// Source: dcrd `server.go`, `OnVersion`: it disconnects whom it dialled if it lacks
    /// `defaultRequiredServices`, a full node.
    private mutating func warnAboutServices() {
        guard
            configuration.network.wire != nil, !configuration.listen.isEmpty,
            configuration.services & Self.fullNode == 0
        else { return }
        warn(
            place(of: "services", or: ConfigurationSchema.listen),
            "services is \(configuration.services), without 1 for a full node: every dcrd that dials "
                + "the listeners leaves at once"
        )
    }

    private mutating func warnAboutWhitelist() {
        let limits = configuration.limits
        guard !limits.whitelist.isEmpty, limits.whitelisted == 0 else { return }
        warn(
            place(of: "limits.whitelisted", or: "limits.whitelist"),
            "limits.whitelisted is 0: nobody of limits.whitelist can connect"
        )
    }

    /// Of names it isn't known here whose host they are.
    private mutating func warnAboutCrowdedHosts() {
        let limit = configuration.limits.perHost
        guard limit > 0 else { return }
        var counts: [HostKey: Int] = [:]
        for case .address(let address) in configuration.persistent.peers {
            let host = HostKey(address.host)
            counts[host, default: 0] += 1
            // Each host once.
            guard counts[host] == limit + 1 else { continue }
            warn(
                origin(of: "persistent.peers"),
                "persistent.peers names more peers of the host of \(address) than limits.per-host "
                    + "(\(limit)) allows: those that come last are not kept"
            )
        }
    }

    /// A peer that is ourselves is dialled, found out, and dialled again after every wait.
    private mutating func warnAboutOwnAddresses() {
        let own = Set(configuration.listen.map(\.address) + configuration.advertise)
        for case .address(let address) in configuration.persistent.peers
        where own.contains(address) {
            warn(
                origin(of: "persistent.peers"),
                "persistent.peers: \(address) is an address of our own, so it can never be kept"
            )
        }
    }

    /// From loopback the kernel reaches this machine and nothing else.
    private mutating func warnAboutBind() {
        let persistent = configuration.persistent.peers.compactMap { peer -> IPAddress? in
            guard case .address(let address) = peer else { return nil }
            return address.ip
        }
        let peers = configuration.knownAddresses.compactMap(\.ip) + persistent
        for bound in configuration.outbound.bind where bound.isLoopback {
            let outside = peers.first { ($0.v4 == nil) == (bound.v4 == nil) && !$0.isLoopback }
            guard let outside else { continue }
            warn(
                origin(of: "outbound.bind"),
                "outbound.bind: from \(bound) only this machine can be reached, and not \(outside)"
            )
        }
    }
}
