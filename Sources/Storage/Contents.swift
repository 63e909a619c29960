/// All that `peerd.db` holds, or is to hold.
package struct Contents: Equatable, Sendable {
    /// The core keeps at most 10,000 automatic bans and as many of operators.
    package static let maxBans = 20_000
    /// What `persistent.max` can be at most.
    package static let maxPersistentPeers = 1_000

    /// In the order in which they were added.
    package var persistentPeers: [PersistentPeerRow]
    /// Ordered by the bytes of their prefixes.
    package var bans: [BanRow]

    package init(persistentPeers: [PersistentPeerRow] = [], bans: [BanRow] = []) {
        self.persistentPeers = persistentPeers
        self.bans = bans
    }
}

extension Contents {
    /// All rows of an open database.
    init(in connection: borrowing Connection) throws(StorageError) {
        self.init()
        let peers = try connection.prepare(
            "SELECT target, added_us FROM persistent_peer ORDER BY added_us, target",
            for: .load
        )
        try peers.forEachRow(for: .load) { row in
            persistentPeers.append(
                PersistentPeerRow(target: row.text(0), addedMicroseconds: row.integer(1))
            )
        }
        let bans = try connection.prepare(
            "SELECT prefix, until_us, origin FROM ban ORDER BY prefix",
            for: .load
        )
        try bans.forEachRow(for: .load) { row in
            // The table's own check lets no other text in, and was run when the file was opened.
            let word = row.text(2)
            let origins = BanRow.Origin.allCases
            guard let origin = origins.first(where: { $0.rawValue.utf8.elementsEqual(word.utf8) })
            else { return }
            self.bans.append(
                BanRow(
                    prefix: row.text(0),
                    untilMicroseconds: row.optionalInteger(1),
                    origin: origin
                )
            )
        }
    }
}
