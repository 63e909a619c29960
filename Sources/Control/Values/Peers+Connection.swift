package import Facts

extension Peers {
    /// One connection, wanted or established, as `List` shows it.
    package struct Connection: WireObject {
        /// For its whole life; a persistent one keeps it over all its reconnects.
        package var id: UInt64
        package var kind: ShownKind
        package var phase: Phase.Name
        /// What was named: an address, or a name that is resolved anew at each attempt.
        package var target: String
        /// Nil while a name has no address.
        package var remote: String?
        /// Our end; nil until the connection is established.
        package var local: String?
        package var persistent: Bool
        /// It has proved itself, so that it counts as held.
        package var ready: Bool
        package var whitelisted: Bool
        /// Came through an onion service or a proxy, so that `remote` says nothing about it.
        package var proxied: Bool
        package var establishedUnixUSec: Int64?
        /// When a wait or an attempt ends by itself; nil if only an event can end the phase.
        package var phaseEndsUnixUSec: Int64?
        /// Attempts in a row that failed; persistent ones only.
        package var retries: Int?
        /// Why it is down; persistent ones only, and none that is ready.
        package var lastFailure: Setback?
        /// Since when a persistent one hasn't been ready.
        package var downSinceUnixUSec: Int64?
        /// How long the peer takes to answer a ping, the least that was measured.
        package var roundTripUSec: Int64?
        package var lastRoundTripUSec: Int64?
        /// What the peer has said of itself.
        package var userAgent: String?
        package var services: UInt64?
        package var protocolVersion: Int32?
        package var bytesIn: UInt64?
        package var bytesOut: UInt64?

        /// Without defaults, so that a new field leads to whoever makes a row.
        package init(
            id: UInt64,
            kind: ShownKind,
            phase: Phase.Name,
            target: String,
            remote: String?,
            local: String?,
            persistent: Bool,
            ready: Bool,
            whitelisted: Bool,
            proxied: Bool,
            establishedUnixUSec: Int64?,
            phaseEndsUnixUSec: Int64?,
            retries: Int?,
            lastFailure: Setback?,
            downSinceUnixUSec: Int64?,
            roundTripUSec: Int64?,
            lastRoundTripUSec: Int64?,
            userAgent: String?,
            services: UInt64?,
            protocolVersion: Int32?,
            bytesIn: UInt64?,
            bytesOut: UInt64?
        ) {
            self.id = id
            self.kind = kind
            self.phase = phase
            self.target = target
            self.remote = remote
            self.local = local
            self.persistent = persistent
            self.ready = ready
            self.whitelisted = whitelisted
            self.proxied = proxied
            self.establishedUnixUSec = establishedUnixUSec
            self.phaseEndsUnixUSec = phaseEndsUnixUSec
            self.retries = retries
            self.lastFailure = lastFailure
            self.downSinceUnixUSec = downSinceUnixUSec
            self.roundTripUSec = roundTripUSec
            self.lastRoundTripUSec = lastRoundTripUSec
            self.userAgent = userAgent
            self.services = services
            self.protocolVersion = protocolVersion
            self.bytesIn = bytesIn
            self.bytesOut = bytesOut
        }

        package func write(to json: inout JSONWriter) {
            json.field("id", id)
            json.field("kind", kind)
            json.field("phase", phase)
            json.field("target", target)
            json.field("remote", ifSet: remote)
            json.field("local", ifSet: local)
            json.field("persistent", persistent)
            json.field("ready", ready)
            json.field("whitelisted", whitelisted)
            json.field("proxied", proxied)
            json.field("establishedUnixUSec", ifSet: establishedUnixUSec)
            json.field("phaseEndsUnixUSec", ifSet: phaseEndsUnixUSec)
            json.field("retries", ifSet: retries)
            json.field("lastFailure", ifSet: lastFailure)
            json.field("downSinceUnixUSec", ifSet: downSinceUnixUSec)
            json.field("roundTripUSec", ifSet: roundTripUSec)
            json.field("lastRoundTripUSec", ifSet: lastRoundTripUSec)
            json.field("userAgent", ifSet: userAgent)
            json.field("services", ifSet: services)
            json.field("protocolVersion", ifSet: protocolVersion)
            json.field("bytesIn", ifSet: bytesIn)
            json.field("bytesOut", ifSet: bytesOut)
        }
    }
}
