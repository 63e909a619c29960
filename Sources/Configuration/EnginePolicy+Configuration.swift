import ConnectionCore
package import Engine

extension EnginePolicy {
    /// What the configuration says of the numbers that the engine decides by.
    package init(_ configuration: Configuration) {
        self.init(
            core: Policy(configuration),
            speech: Speech(configuration),
            banDuration: configuration.peerProtocol.banDuration,
            tellsOnlyRoutable: configuration.gossip != .always,
            dialsOnlyRoutable: configuration.dialsOnlyRoutable,
            persistent: configuration.persistent.peers
        )
    }
}
