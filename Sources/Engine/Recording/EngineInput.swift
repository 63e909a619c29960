package import Addressing
package import ConnectionCore
package import Facts
package import Timing

/// Everything that changes an engine, each as the call of a function of its: what a recording is
/// made of. What only asks isn't among it.
///
/// Whoever adds such a function adds a case: the compiler leads to its bytes, to `perform` and to
/// its sentence. One that was forgotten is found by the simulation, which replays its daemons.
package enum EngineInput: Sendable {
    /// What a peer has sent.
    package enum Received: Equatable, Sendable {
        case bytes([UInt8])
        /// Only that there were so many bytes; what the session said of them stands beside it. The
        /// digest tells them from others.
        case told(count: Int, digest: UInt64)
    }

    case accept(Arrival)
    case localAddress(ConnectionID, PeerAddress)
    case open(ConnectionID)
    indirect case receive(ConnectionID, Received)
    case discard(ConnectionID, count: Int)
    case sent(ConnectionID, waiting: Int, at: Instant?)
    case event(Event)
    case deadlines
    case shutDown

    indirect case connect(PeerTarget, within: Duration?, Waiter)
    case abandon(ConnectionID, Waiter)
    indirect case addPersistent(PeerTarget)
    indirect case disconnect(Selector, limit: Int)
    indirect case remove(Selector)
    indirect case ban(Prefix, for: Duration?, replacing: Bool)
    indirect case unban(Prefix)
    case networkActive(Bool)
    case addAddresses([PeerTarget])

    case lendAddresses
    case forgetLentAddresses
    /// With what the configuration names now, of which the list was made.
    indirect case reload(
        EnginePolicy,
        configured: [PeerAddress],
        hasMoreAddresses: Bool,
        hasMoved: Bool
    )
    case keepConfiguredPeers

    case keepState
    indirect case stored(Engine.StoreAnswer, settingAside: Bool)
}

extension EngineInput {
    /// How each is told from the others in a recording. A number isn't used again for something
    /// else without another `Recording.format`.
    enum Tag: UInt8 {
        case accept = 1
        case localAddress, open, receive, receiveTold, discard, sent, event, deadlines, shutDown
        case connect, abandon, addPersistent, disconnect, remove, ban, unban, networkActive
        case addAddresses, lendAddresses, forgetLentAddresses, reload, keepConfiguredPeers
        case keepState, stored
        /// No input, but why there are no more.
        case end
    }

    var tag: Tag {
        switch self {
        case .accept: .accept
        case .localAddress: .localAddress
        case .open: .open
        case .receive(_, .bytes): .receive
        case .receive(_, .told): .receiveTold
        case .discard: .discard
        case .sent: .sent
        case .event: .event
        case .deadlines: .deadlines
        case .shutDown: .shutDown
        case .connect: .connect
        case .abandon: .abandon
        case .addPersistent: .addPersistent
        case .disconnect: .disconnect
        case .remove: .remove
        case .ban: .ban
        case .unban: .unban
        case .networkActive: .networkActive
        case .addAddresses: .addAddresses
        case .lendAddresses: .lendAddresses
        case .forgetLentAddresses: .forgetLentAddresses
        case .reload: .reload
        case .keepConfiguredPeers: .keepConfiguredPeers
        case .keepState: .keepState
        case .stored: .stored
        }
    }
}
