/// A damaged database that got out of the way of a new, empty one. Nothing is deleted.
package struct SetAside: Equatable, Sendable {
    /// What it is called now. Its log, if it has one, is beside it under the same name and `-wal`,
    /// so that `sqlite3` can open both.
    package let path: String
    package let reason: Damage

    package init(path: String, reason: Damage) {
        self.path = path
        self.reason = reason
    }
}

extension SetAside: CustomStringConvertible {
    package var description: String { "the database was set aside as \(path): \(reason)" }
}
