extension Peers {
    /// The connection that an event is about, as it was then.
    package struct Subject: WireObject {
        package var id: UInt64
        package var kind: Kind
        package var persistent: Bool
        /// What was named.
        package var target: String
        /// Nil while a name has no address.
        package var remote: String?

        package init(
            id: UInt64,
            kind: Kind,
            persistent: Bool,
            target: String,
            remote: String? = nil
        ) {
            self.id = id
            self.kind = kind
            self.persistent = persistent
            self.target = target
            self.remote = remote
        }

        package func write(to json: inout JSONWriter) {
            json.field("id", id)
            json.field("kind", kind.rawValue)
            json.field("persistent", persistent)
            json.field("target", target)
            json.field("remote", ifSet: remote)
        }
    }
}
