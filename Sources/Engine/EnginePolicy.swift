package import Addressing
package import ConnectionCore
package import DecredWire
internal import Timing

/// Every number that the engine decides by, and what the operator wants of it.
package struct EnginePolicy: Equatable, Sendable {
    package var core: Policy
    /// What is spoken with peers.
    package var speech: Speech
    /// How long a peer that misbehaves stays banned.
    package var banDuration: Duration
    /// Whether peers are told only of addresses that anybody may reach.
    package var tellsOnlyRoutable: Bool
    /// Whether only addresses that anybody may reach may be added.
    package var dialsOnlyRoutable: Bool
    /// The persistent peers of the configuration, in its order.
    package var persistent: [PeerTarget]

    package init(
        core: Policy,
        speech: Speech,
        banDuration: Duration,
        tellsOnlyRoutable: Bool = true,
        dialsOnlyRoutable: Bool = false,
        persistent: [PeerTarget] = []
    ) {
        self.core = core
        self.speech = speech
        self.banDuration = banDuration
        self.tellsOnlyRoutable = tellsOnlyRoutable
        self.dialsOnlyRoutable = dialsOnlyRoutable
        self.persistent = persistent
    }
}

/// A way to speak with the peers of a network.
package enum Speech: Equatable, Sendable {
    /// Nothing is said, and what peers say is thrown away.
    case raw
    /// Decred's protocol, by these numbers.
    case decred(SessionPolicy)
}
