extension Peers {
    /// An established connection that has ended, as `History` shows it.
    package struct EndedConnection: WireObject {
        package var id: UInt64
        package var kind: Kind
        package var persistent: Bool
        /// What was named.
        package var target: String
        package var remote: String
        /// Whether it had proved itself.
        package var ready: Bool
        package var cause: Failure
        package var endedUnixUSec: Int64
        /// How long it was established.
        package var durationUSec: Int64
        package var bytesIn: UInt64?
        package var bytesOut: UInt64?

        package init(
            id: UInt64,
            kind: Kind,
            persistent: Bool,
            target: String,
            remote: String,
            ready: Bool,
            cause: Failure,
            endedUnixUSec: Int64,
            durationUSec: Int64,
            bytesIn: UInt64? = nil,
            bytesOut: UInt64? = nil
        ) {
            self.id = id
            self.kind = kind
            self.persistent = persistent
            self.target = target
            self.remote = remote
            self.ready = ready
            self.cause = cause
            self.endedUnixUSec = endedUnixUSec
            self.durationUSec = durationUSec
            self.bytesIn = bytesIn
            self.bytesOut = bytesOut
        }

        package func write(to json: inout JSONWriter) {
            json.field("id", id)
            json.field("kind", kind.rawValue)
            json.field("persistent", persistent)
            json.field("target", target)
            json.field("remote", remote)
            json.field("ready", ready)
            json.field("cause", cause)
            json.field("endedUnixUSec", endedUnixUSec)
            json.field("durationUSec", durationUSec)
            json.field("bytesIn", ifSet: bytesIn)
            json.field("bytesOut", ifSet: bytesOut)
        }
    }
}
