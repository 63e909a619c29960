import Addressing

/// What the operator may set. A `Configuration` that was loaded is valid: every bound and every
/// combination was checked while it was read, and nowhere else.
///
/// Defaults, bounds and meanings stand in `ConfigurationSchema`, once; the values written here are
/// what `standard` overwrites with them.
struct Configuration: Equatable, Sendable {
    /// A peer protocol.
    enum Network: String, CaseIterable, Sendable {
        /// None: a connection is ready when it is established, and what arrives is discarded.
        case raw
    }

    var network = Network.raw
    var listen: [Listen] = []
    var outbound = Outbound()
    var persistent = Persistent()
    var limits = Limits()
    var inbound = Inbound()
    var control = Control()
    var log = Log()

    /// One address at which peers may come to us.
    struct Listen: Equatable, Sendable {
        /// Where the peers of a listener come from.
        enum Network: String, CaseIterable, Sendable {
            case ip
            /// An onion service or another proxy on this machine: every peer looks like loopback.
            case onion
        }

        /// An IP address and port; port 0 lets the kernel choose one.
        var address = PeerAddress(IPAddress(v4: 0), port: 0)
        var network = Network.ip
        /// Whether peers from loopback skip rate limit, flood and per-host limit. Never with `onion`.
        var trustedLoopback = false
    }

    struct Outbound: Equatable, Sendable {
        var target = 0
        /// What the configuration names, without duplicates.
        var addresses: [PeerAddress] = []
        /// Absolute; nil if there is none.
        var addressesFile: String?
        /// What `addressesFile` held when it was read, without duplicates.
        var addressesFromFile: [PeerAddress] = []
        /// At most one for each of IPv4 and IPv6.
        var bind: [IPAddress] = []
        /// 0: none.
        var defaultPort = 0
        var dialTimeout = Duration.zero
        /// 0: no limit.
        var maxPerGroup = 0
        var retry = Duration.zero
    }

    struct Persistent: Equatable, Sendable {
        /// No two the same, at most `max`.
        var peers: [PeerTarget] = []
        var max = 0
        var retry = Duration.zero
        /// At least `retry`.
        var maxRetry = Duration.zero
        var stableAfter = Duration.zero
    }

    struct Limits: Equatable, Sendable {
        /// At least `outbound.target`.
        var connections = 0
        /// 0: no limit.
        var perHost = 0
        var reservedManual = 0
        var whitelist: [Prefix] = []
        var whitelisted = 0
    }

    struct Inbound: Equatable, Sendable {
        /// Connections a second.
        var rate = 0.0
        var burst = 0
        /// Attempts in the last 60 s.
        var floodThreshold = 0
    }

    struct Control: Equatable, Sendable {
        /// A group of this machine, as it was written and by its number.
        struct Group: Equatable, Sendable {
            let name: String
            let number: UInt32
        }

        /// Whose members may change something; nil for the daemon's own group.
        var writeGroup: Group?
    }

    struct Log: Equatable, Sendable {
        /// From the most to the least urgent; a level includes those before it.
        enum Level: String, CaseIterable, Sendable {
            case error, warning, info, debug
        }

        var level = Level.error
    }
}

extension Configuration {
    /// What holds when nobody sets anything.
    static let standard = {
        var configuration = Configuration()
        for key in ConfigurationSchema.keys { key.reset(&configuration) }
        return configuration
    }()

    /// Every address to dial for the outbound target: those of the configuration first, then those of
    /// the file, none twice.
    var knownAddresses: [PeerAddress] {
        var seen = Set(outbound.addresses)
        return outbound.addresses + outbound.addressesFromFile.filter { seen.insert($0).inserted }
    }
}
