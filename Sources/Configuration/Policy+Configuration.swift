package import ConnectionCore

extension Policy {
    /// What the configuration says of the numbers that the core decides by.
    package init(_ configuration: Configuration) {
        self.init()
        limits.connections = configuration.limits.connections
        limits.perHost = configuration.limits.perHost
        limits.reservedManual = configuration.limits.reservedManual
        limits.whitelisted = configuration.limits.whitelisted
        limits.whitelist = configuration.limits.whitelist

        outbound.target = configuration.outbound.target
        outbound.maxPerGroup = configuration.outbound.maxPerGroup
        outbound.retry = configuration.outbound.retry
        outbound.dialTimeout = configuration.outbound.dialTimeout
        outbound.defaultPort = configuration.defaultPort

        handshake.isRequired = configuration.network.wire != nil
        handshake.timeout = configuration.peerProtocol.handshakeTimeout

        persistent.max = configuration.persistent.max
        persistent.retry = configuration.persistent.retry
        persistent.maxRetry = configuration.persistent.maxRetry
        persistent.stableAfter = configuration.persistent.stableAfter

        inbound.rate = configuration.inbound.rate
        inbound.burst = Double(configuration.inbound.burst)
        inbound.floodThreshold = configuration.inbound.floodThreshold
    }
}
