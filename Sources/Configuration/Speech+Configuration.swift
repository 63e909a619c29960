import DecredWire
package import Engine

extension Speech {
    /// What the configuration says of what is spoken with peers.
    package init(_ configuration: Configuration) {
        self =
            switch configuration.network {
            case .raw: .raw
            case .mainnet: .decred(SessionPolicy(configuration, on: .mainnet))
            case .testnet: .decred(SessionPolicy(configuration, on: .testnet))
            case .simnet: .decred(SessionPolicy(configuration, on: .simnet))
            case .regnet: .decred(SessionPolicy(configuration, on: .regnet))
            }
    }
}

extension SessionPolicy {
    /// What the configuration says of the numbers that sessions decide by. How long a handshake may
    /// take, the core decides.
    fileprivate init(_ configuration: Configuration, on network: WireNetwork) {
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
