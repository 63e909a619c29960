/// One step of a transaction of `peerd.db`.
package enum Change: Equatable, Sendable {
    /// Adds a peer. One that is there already keeps the time at which it was added.
    case addPersistentPeer(PersistentPeerRow)
    case removePersistentPeer(target: String)
    /// Adds a ban, or replaces that of the same prefix.
    case putBan(BanRow)
    case removeBan(prefix: String)
    /// Removes the bans that end at this wall time (microseconds since 1970) or have ended before.
    case removeBansEnded(byMicroseconds: Int64)
}
