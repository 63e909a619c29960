/// All that the database holds, or is to hold.
package struct Contents: Equatable, Sendable {
    /// In the order in which they were added.
    package var persistentPeers: [PersistentPeerRow]
    /// Ordered by the bytes of their prefixes.
    package var bans: [BanRow]

    package init(persistentPeers: [PersistentPeerRow] = [], bans: [BanRow] = []) {
        self.persistentPeers = persistentPeers
        self.bans = bans
    }
}
