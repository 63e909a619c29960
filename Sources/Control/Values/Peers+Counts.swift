extension Peers {
    /// One number for each kind of connection.
    package struct PerKind: WireObject {
        package var inbound: Int
        package var outbound: Int
        package var manual: Int
        package var feeler: Int

        package init(inbound: Int, outbound: Int, manual: Int, feeler: Int) {
            self.inbound = inbound
            self.outbound = outbound
            self.manual = manual
            self.feeler = feeler
        }

        package func write(to json: inout JSONWriter) {
            json.field("inbound", inbound)
            json.field("outbound", outbound)
            json.field("manual", manual)
            json.field("feeler", feeler)
        }
    }

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

    /// Inbound peers refused since the start, by reason.
    package struct Refusals: WireObject {
        package var shuttingDown: UInt64
        package var networkInactive: UInt64
        package var banned: UInt64
        package var rateLimited: UInt64
        package var flooded: UInt64
        /// The same address and port is connected or being dialled.
        package var duplicate: UInt64
        package var perHost: UInt64
        /// A listener behind a proxy has as many as it may.
        package var perListener: UInt64
        /// No slot left.
        package var connections: UInt64
        /// No slot left for whitelisted peers.
        package var whitelisted: UInt64
        /// No descriptor or no memory.
        package var resourcesExhausted: UInt64

        package init(
            shuttingDown: UInt64,
            networkInactive: UInt64,
            banned: UInt64,
            rateLimited: UInt64,
            flooded: UInt64,
            duplicate: UInt64,
            perHost: UInt64,
            perListener: UInt64,
            connections: UInt64,
            whitelisted: UInt64,
            resourcesExhausted: UInt64
        ) {
            self.shuttingDown = shuttingDown
            self.networkInactive = networkInactive
            self.banned = banned
            self.rateLimited = rateLimited
            self.flooded = flooded
            self.duplicate = duplicate
            self.perHost = perHost
            self.perListener = perListener
            self.connections = connections
            self.whitelisted = whitelisted
            self.resourcesExhausted = resourcesExhausted
        }

        package func write(to json: inout JSONWriter) {
            json.field("shuttingDown", shuttingDown)
            json.field("networkInactive", networkInactive)
            json.field("banned", banned)
            json.field("rateLimited", rateLimited)
            json.field("flooded", flooded)
            json.field("duplicate", duplicate)
            json.field("perHost", perHost)
            json.field("perListener", perListener)
            json.field("connections", connections)
            json.field("whitelisted", whitelisted)
            json.field("resourcesExhausted", resourcesExhausted)
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
