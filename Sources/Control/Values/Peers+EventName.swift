extension Peers {
    /// What happened, named as in the journal's PEERD_EVENT.
    package enum EventName: String, WireWord {
        /// The monitor has begun: what comes after isn't missed without being told.
        case monitoring
        case attempting
        /// We reached a peer.
        case connected
        /// A peer reached us.
        case accepted
        case ready
        case connectionFailed
        case disconnected
        case retrying
        /// A persistent peer can't be dialled, for which nobody is to blame.
        case persistentWaiting
        case hangingUp
        case persistentDown
        case persistentAdded
        case persistentAdopted
        case persistentRemoved
        case refused
        case refusalsSilenced
        case refusalsSuppressed
        case outboundPaused
        case nobodyToDial
        case targetMissed
        case resourcesExhausted
        case banned
        case unbanned
        case bansSilenced
        case bansSuppressed
        case networkActive
        case networkInactive
        case shuttingDown
        /// The client was too slow: so many events are gone.
        case missed
    }
}
