package import Facts

extension Peers {
    /// A connection that has ended, or an attempt that led to none, as `History` shows it.
    package struct EndedConnection: WireObject {
        package var id: UInt64
        package var kind: ShownKind
        package var persistent: Bool
        /// What was named.
        package var target: String
        /// Nil for an attempt at a name that had no address.
        package var remote: String?
        /// False for an attempt that led to no connection.
        package var connected: Bool
        /// Whether it had proved itself.
        package var ready: Bool
        package var cause: Facts.Setback.Cause
        package var endedUnixUSec: Int64
        /// How long it was established.
        package var durationUSec: Int64
        package var bytesIn: UInt64?
        package var bytesOut: UInt64?

        package init(
            id: UInt64,
            kind: ShownKind,
            persistent: Bool,
            target: String,
            remote: String? = nil,
            connected: Bool,
            ready: Bool,
            cause: Facts.Setback.Cause,
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
            self.connected = connected
            self.ready = ready
            self.cause = cause
            self.endedUnixUSec = endedUnixUSec
            self.durationUSec = durationUSec
            self.bytesIn = bytesIn
            self.bytesOut = bytesOut
        }

        package func write(to json: inout JSONWriter) {
            json.field("id", id)
            json.field("kind", kind)
            json.field("persistent", persistent)
            json.field("target", target)
            json.field("remote", ifSet: remote)
            json.field("connected", connected)
            json.field("ready", ready)
            json.field("cause", cause)
            json.field("endedUnixUSec", endedUnixUSec)
            json.field("durationUSec", durationUSec)
            json.field("bytesIn", ifSet: bytesIn)
            json.field("bytesOut", ifSet: bytesOut)
        }

        package init(from decoder: any Decoder) throws {
            let fields = try FactFields(decoder)
            let connected: Bool = try fields.value("connected")
            self.init(
                id: try fields.value("id"),
                kind: try fields.value("kind"),
                persistent: try fields.value("persistent"),
                target: try fields.value("target"),
                remote: try fields.optional("remote"),
                connected: connected,
                ready: try fields.value("ready"),
                cause: connected
                    ? .ended(try fields.ending("cause")) : .failed(try fields.dialFailure("cause")),
                endedUnixUSec: try fields.value("endedUnixUSec"),
                durationUSec: try fields.value("durationUSec"),
                bytesIn: try fields.optional("bytesIn"),
                bytesOut: try fields.optional("bytesOut")
            )
        }
    }
}
