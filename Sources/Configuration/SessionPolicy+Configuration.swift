package import DecredWire

extension SessionPolicy {
    /// What the configuration says of the numbers that sessions decide by; nil on a raw network,
    /// which has no sessions. How long a handshake may take and a ban lasts, the core decides.
    package init?(_ configuration: Configuration) {
        guard let network = configuration.network.wire else { return nil }
        self.init(network: network)
        // None of the conversions can fail: the configuration's bounds are within the types'.
        services = UInt64(configuration.services)
        userAgent = configuration.userAgent
        if let required = configuration.outbound.requiredServices {
            requiredServices = UInt64(required)
        }

        gossips = configuration.gossips
        tellsUnroutable = configuration.gossip == .always
        advertised = configuration.advertise
        addressBurst = Double(configuration.peerProtocol.addressBurst)
        addressRate = configuration.peerProtocol.addressRate

        pingInterval = configuration.peerProtocol.pingInterval
        idleTimeout = configuration.peerProtocol.idleTimeout
        banScore = configuration.peerProtocol.banScore
        warnScore = configuration.peerProtocol.warnScore
        mostQueuedBytes = configuration.peerProtocol.maxQueued
    }
}
