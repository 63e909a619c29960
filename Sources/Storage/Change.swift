/// One step of a transaction.
///
/// Each can be repeated without harm, and removing what isn't there is no error: so a transaction
/// of which nobody knows whether it happened is simply made again.
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
