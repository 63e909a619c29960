package import Facts

extension Peers {
    /// The daemon's state in numbers.
    package struct ServiceStatus: WireObject {
        package var version: String
        /// The configuration's `network`.
        package var network: String
        package var startedUnixUSec: Int64
        /// The line that systemd shows.
        package var summary: String
        package var networkActive: Bool
        /// Those that `limits.connections` counts, in every phase: neither persistent nor
        /// whitelisted ones.
        package var connections: PerKind
        /// Those of `connections` that are being resolved or connected.
        package var dialing: PerKind
        /// Those of `connections` whose handshake is under way.
        package var handshaking: PerKind
        /// Those of `connections` that have proved themselves.
        package var ready: PerKind
        package var whitelisted: Int
        package var persistent: Int
        package var persistentReady: Int
        /// Since when the persistent peer has been down that has been so for the longest time.
        package var persistentDownSinceUnixUSec: Int64?
        package var limits: Limits
        /// Known to the source from which outbound peers are picked.
        package var addresses: Int
        /// That peers have told of since the start.
        package var addressesLearned: UInt64
        package var bans: Int
        /// Automatic attempts in a row that failed.
        package var outboundFailures: Int
        /// Set while attempts are rationed, or paused for want of descriptors.
        package var outboundPausedUntilUnixUSec: Int64?
        /// Set while outbound connections are missing and nobody can be dialled.
        package var nobodyToDial: Shortage?
        /// Since when fewer outbound peers than wanted have been ready.
        package var targetMissedSinceUnixUSec: Int64?
        /// Persistent peers that wait, the nearest first, at most `Bounds.retries`.
        package var retries: [Retry]
        /// How many wait in all.
        package var persistentWaiting: Int
        package var refusals: RuleCounts
        package var storage: StorageState
        /// Why, in words for an operator, when `storage` isn't what is wanted.
        package var storageProblem: String?
        /// Nil before the first one has ended.
        package var reload: ReloadResult?
        /// What is logged now, which operators may have changed since the configuration was read.
        package var logLevel: LogLevel
        package var listeners: [Listener]
        package var descriptors: Descriptors
        package var totals: StatusTotals

        package init(
            version: String,
            network: String,
            startedUnixUSec: Int64,
            summary: String,
            networkActive: Bool,
            connections: PerKind,
            dialing: PerKind,
            handshaking: PerKind,
            ready: PerKind,
            whitelisted: Int,
            persistent: Int,
            persistentReady: Int,
            persistentDownSinceUnixUSec: Int64? = nil,
            limits: Limits,
            addresses: Int,
            addressesLearned: UInt64,
            bans: Int,
            outboundFailures: Int,
            outboundPausedUntilUnixUSec: Int64? = nil,
            nobodyToDial: Shortage? = nil,
            targetMissedSinceUnixUSec: Int64? = nil,
            retries: [Retry],
            persistentWaiting: Int,
            refusals: RuleCounts,
            storage: StorageState,
            storageProblem: String? = nil,
            reload: ReloadResult? = nil,
            logLevel: LogLevel,
            listeners: [Listener],
            descriptors: Descriptors,
            totals: StatusTotals
        ) {
            self.version = version
            self.network = network
            self.startedUnixUSec = startedUnixUSec
            self.summary = summary
            self.networkActive = networkActive
            self.connections = connections
            self.dialing = dialing
            self.handshaking = handshaking
            self.ready = ready
            self.whitelisted = whitelisted
            self.persistent = persistent
            self.persistentReady = persistentReady
            self.persistentDownSinceUnixUSec = persistentDownSinceUnixUSec
            self.limits = limits
            self.addresses = addresses
            self.addressesLearned = addressesLearned
            self.bans = bans
            self.outboundFailures = outboundFailures
            self.outboundPausedUntilUnixUSec = outboundPausedUntilUnixUSec
            self.nobodyToDial = nobodyToDial
            self.targetMissedSinceUnixUSec = targetMissedSinceUnixUSec
            self.retries = retries
            self.persistentWaiting = persistentWaiting
            self.refusals = refusals
            self.storage = storage
            self.storageProblem = storageProblem
            self.reload = reload
            self.logLevel = logLevel
            self.listeners = listeners
            self.descriptors = descriptors
            self.totals = totals
        }

        package func write(to json: inout JSONWriter) {
            json.field("version", version)
            json.field("network", network)
            json.field("startedUnixUSec", startedUnixUSec)
            json.field("summary", summary)
            json.field("networkActive", networkActive)
            json.field("connections", connections)
            json.field("dialing", dialing)
            json.field("handshaking", handshaking)
            json.field("ready", ready)
            json.field("whitelisted", whitelisted)
            json.field("persistent", persistent)
            json.field("persistentReady", persistentReady)
            json.field("persistentDownSinceUnixUSec", ifSet: persistentDownSinceUnixUSec)
            json.field("limits", limits)
            json.field("addresses", addresses)
            json.field("addressesLearned", addressesLearned)
            json.field("bans", bans)
            json.field("outboundFailures", outboundFailures)
            json.field("outboundPausedUntilUnixUSec", ifSet: outboundPausedUntilUnixUSec)
            json.field("nobodyToDial", ifSet: nobodyToDial)
            json.field("targetMissedSinceUnixUSec", ifSet: targetMissedSinceUnixUSec)
            json.field("retries", retries)
            json.field("persistentWaiting", persistentWaiting)
            json.field("refusals", refusals)
            json.field("storage", storage.rawValue)
            json.field("storageProblem", ifSet: storageProblem)
            if let reload { json.field("reload", reload) }
            json.field("logLevel", logLevel.rawValue)
            json.field("listeners", listeners)
            json.field("descriptors", descriptors)
            json.field("totals", totals)
        }
    }
}
