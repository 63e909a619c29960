package import Storage

/// A life of the database of which every moment is known: transaction number n adds a peer and a
/// ban, takes those of `window` transactions before, and replaces a third.
package enum Churn {
    private static let window = 40

    package static func request(_ number: Int) -> Store.Request {
        // Now and then all of it at once.
        if number.isMultiple(of: 25) { return .replace(contents(after: number)) }
        var changes: [Change] = [
            .addPersistentPeer(peer(number)), .putBan(ban(number)), .putBan(counter(number)),
        ]
        if number > window {
            changes.append(.removePersistentPeer(target: peer(number - window).target))
            changes.append(.removeBan(prefix: ban(number - window).prefix))
        }
        return .apply(changes)
    }

    package static func contents(after number: Int) -> Contents {
        guard number > 0 else { return Contents() }
        let alive = max(1, number - window + 1)...number
        let bans = alive.map(ban) + [counter(number)]
        return Contents(
            persistentPeers: alive.map(peer),
            bans: bans.sorted { $0.prefix.utf8.lexicographicallyPrecedes($1.prefix.utf8) }
        )
    }

    /// The number of transactions after which the contents are these; nil if there is none.
    package static func number(of contents: Contents) -> Int? {
        let number = contents.persistentPeers.last.map { Int($0.addedMicroseconds) } ?? 0
        return contents == self.contents(after: number) ? number : nil
    }

    /// Writes until it is killed, and says each number when it is on disk.
    static func run(in folder: String, from first: Int) -> Never {
        let store = Store.loaded(folder)
        var number = first
        while true {
            if let error = store.failure(of: request(number)) { StorageProbe.fail("\(error)") }
            StorageProbe.say("\(number)")
            number += 1
        }
    }

    /// Long, so that a transaction changes several pages and logs are emptied often.
    private static func peer(_ number: Int) -> PersistentPeerRow {
        let label = String(repeating: "x", count: 60)
        return PersistentPeerRow(
            target: "p\(number).\(label).\(label).\(label).example:9108",
            addedMicroseconds: Int64(number)
        )
    }

    private static func ban(_ number: Int) -> BanRow {
        BanRow(
            prefix: "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)/32",
            untilMicroseconds: number.isMultiple(of: 2) ? Int64(number) : nil,
            origin: number.isMultiple(of: 3) ? .automatic : .operator
        )
    }

    private static func counter(_ number: Int) -> BanRow {
        BanRow(prefix: "192.0.2.0/24", untilMicroseconds: Int64(number), origin: .operator)
    }
}
