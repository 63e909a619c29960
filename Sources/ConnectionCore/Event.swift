package import Addressing
package import Facts

/// What happened. What needs an answer (`admit`, `connect`, `addPersistent`, `disconnect`, ...) is
/// a throwing function instead.
///
/// An event about an attempt or a connection that has ended already is ignored: the shell can't
/// always know in time.
package enum Event: Sendable {
    /// The resolver answered `Action.resolve`, with addresses in its order.
    case resolved(DialAttempt, [PeerAddress])
    /// A socket is connected.
    case dialSucceeded(DialAttempt, local: PeerAddress)
    /// Resolving or connecting failed. Its socket is gone already.
    case dialFailed(DialAttempt, DialFailure)
    /// The session says that the handshake with a peer is complete.
    case handshakeCompleted(ConnectionID)
    /// A connected socket's connection ended: by the peer, by the path to it, or because its
    /// session gave it up.
    case closed(ConnectionID, Ending)
    /// A listener couldn't accept because descriptors or memory are exhausted.
    case acceptFailed(errno: Int32)
    /// The address source has addresses that it hadn't: no pause that their want has led to goes
    /// on.
    case addressesAdded
    /// The machine, its listeners or its dials have other addresses: what led to ourselves may be
    /// somebody else, and what had no route may have one.
    case localAddressesChanged
    /// The calendar's clock was set, or has drifted from the machine's. What is told of the ends
    /// of bans follows it.
    case clockMoved
    /// For so long, or a little less, nobody listened to what happened outside: the process was
    /// stopped, or the machine slept. To be told before what waited meanwhile.
    case stoodStill(for: Duration)
    /// `deadline` was reached, or simply some time has passed.
    case deadlineReached
}
