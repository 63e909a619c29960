extension Peers {
    /// What is in force now, as the configuration names it.
    package struct Limits: WireObject {
        /// `limits.connections`
        package var connections: Int
        /// `limits.per-host`; 0 for no limit.
        package var perHost: Int
        /// `limits.reserved-manual`
        package var reservedManual: Int
        /// `limits.whitelisted`
        package var whitelisted: Int
        /// `persistent.max`
        package var persistent: Int
        /// `outbound.target`
        package var outbound: Int
        /// `outbound.max-per-group`; 0 for no limit.
        package var outboundPerGroup: Int

        package init(
            connections: Int,
            perHost: Int,
            reservedManual: Int,
            whitelisted: Int,
            persistent: Int,
            outbound: Int,
            outboundPerGroup: Int
        ) {
            self.connections = connections
            self.perHost = perHost
            self.reservedManual = reservedManual
            self.whitelisted = whitelisted
            self.persistent = persistent
            self.outbound = outbound
            self.outboundPerGroup = outboundPerGroup
        }

        package func write(to json: inout JSONWriter) {
            json.field("connections", connections)
            json.field("perHost", perHost)
            json.field("reservedManual", reservedManual)
            json.field("whitelisted", whitelisted)
            json.field("persistent", persistent)
            json.field("outbound", outbound)
            json.field("outboundPerGroup", outboundPerGroup)
        }
    }

    /// A persistent peer that waits.
    package struct Retry: WireObject {
        package var id: UInt64
        package var target: String
        package var retries: Int
        /// Nil while only the network's return can end the wait.
        package var atUnixUSec: Int64?
        /// Why it is down; nil if nothing has failed yet.
        package var lastFailure: Setback?
        /// Nil if it is connected by another entry of its address.
        package var downSinceUnixUSec: Int64?

        package init(
            id: UInt64,
            target: String,
            retries: Int,
            atUnixUSec: Int64? = nil,
            lastFailure: Setback? = nil,
            downSinceUnixUSec: Int64? = nil
        ) {
            self.id = id
            self.target = target
            self.retries = retries
            self.atUnixUSec = atUnixUSec
            self.lastFailure = lastFailure
            self.downSinceUnixUSec = downSinceUnixUSec
        }

        package func write(to json: inout JSONWriter) {
            json.field("id", id)
            json.field("target", target)
            json.field("retries", retries)
            json.field("atUnixUSec", ifSet: atUnixUSec)
            json.field("lastFailure", ifSet: lastFailure)
            json.field("downSinceUnixUSec", ifSet: downSinceUnixUSec)
        }
    }
}
