import Addressing
import DecredWire

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
        case mainnet, testnet, simnet, regnet

        /// Nil for `raw`, which has no messages.
        var wire: WireNetwork? {
            switch self {
            case .raw: nil
            case .mainnet: .mainnet
            case .testnet: .testnet
            case .simnet: .simnet
            case .regnet: .regnet
            }
        }
    }

    /// Whether addresses are asked for, given and taken.
    enum Gossip: String, CaseIterable, Sendable {
        /// As is usual on the network: on mainnet and testnet only.
        case auto
        case always, never
    }

    var network = Network.raw
    var gossip = Gossip.auto
    /// What we offer: 1 full node, 2 bloom filters, 4 compact filters.
    var services = 0
    /// A `VersionMessage.isUserAgent`.
    var userAgent = ""
    /// Our own addresses, for peers to know; no two the same.
    var advertise: [PeerAddress] = []
    var listen: [Listen] = []
    var outbound = Outbound()
    var persistent = Persistent()
    var limits = Limits()
    var inbound = Inbound()
    var peerProtocol = PeerProtocol()
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
        /// Whether peers from loopback skip rate limit, flood and per-host limit. Never with
        /// `onion`.
        var trustedLoopback = false
        /// What holds instead of one host's limits if `isProxied`; elsewhere it means nothing. Nil
        /// for half of the inbound slots.
        var connections: Int?
        /// Connections a second.
        var rate = 1.0
        var burst = 20

        /// Whether its peers come from a proxy's address: from an onion service, or from loopback
        /// where nobody but programs of this machine can come and they aren't trusted.
        var isProxied: Bool {
            switch network {
            case .onion: true
            case .ip: !trustedLoopback && (address.ip?.isLoopback ?? false)
            }
        }
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
        /// As it was written; what 0 stands for is in `Configuration.defaultPort`.
        var defaultPort = 0
        /// What an automatic outbound peer must offer; nil for what is usual on the network.
        var requiredServices: Int?
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

    /// `[protocol]`: without meaning on a raw network.
    struct PeerProtocol: Equatable, Sendable {
        var handshakeTimeout = Duration.zero
        var pingInterval = Duration.zero
        /// Longer than `pingInterval`, by `ConfigurationReader.shortestAnswerTime` at least.
        var idleTimeout = Duration.zero
        var banScore = 0
        /// At most `banScore`.
        var warnScore = 0
        var banDuration = Duration.zero
        /// In bytes, for each peer.
        var maxQueued = 0
        var addressBurst = 0
        /// Addresses a second.
        var addressRate = 0.0
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

    /// Every address to dial for the outbound target: those of the configuration first, then those
    /// of the file, none twice.
    var knownAddresses: [PeerAddress] {
        var seen = Set(outbound.addresses)
        return outbound.addresses + outbound.addressesFromFile.filter { seen.insert($0).inserted }
    }
    /// The port of peers that are named without one, preferred too while addresses are picked: the
    /// network's own unless another was written. Nil if there is none, as on a raw network.
    var defaultPort: UInt16? {
        outbound.defaultPort == 0 ? network.wire?.defaultPort : UInt16(outbound.defaultPort)
    }

    /// Whether addresses are asked for, given and taken. On simnet and regnet only if the operator
    /// says so, on a raw network never.
    var gossips: Bool {
        guard let wire = network.wire else { return false }
        switch gossip {
        case .auto: return SessionPolicy(network: wire).gossips
        case .always: return true
        case .never: return false
        }
    }

    /// Whether only what anybody may reach is dialled of what clients add, so that no member of
    /// `control.write-group` can make the daemon connect to hosts that only this machine reaches:
    /// on the networks whose peers are anywhere, unless `gossip` says that this one is another.
    var dialsOnlyRoutable: Bool {
        guard let wire = network.wire else { return false }
        return SessionPolicy(network: wire).gossips && gossip != .always
    }

    /// The names of the keys that differ from `old` and that a running daemon can't change: its
    /// sessions speak the protocol of the old network, and what they know are its peers.
    func keysNeedingRestart(from old: Configuration) -> [String] {
        network == old.network ? [] : [ConfigurationSchema.network]
    }

    /// The keys that `keepingNetwork` keeps, by their names.
    static let keysOfNetwork: Set = [
        ConfigurationSchema.network, ConfigurationSchema.advertise, "outbound.addresses",
        ConfigurationSchema.addressesFile, "outbound.default-port", "persistent.peers",
    ]

    /// The same with the network of `old`, and the peers that belong to it: those of another
    /// network are at other ports and speak another protocol.
    func keepingNetwork(of old: Configuration) -> Configuration {
        guard network != old.network else { return self }
        var kept = self
        kept.network = old.network
        kept.advertise = old.advertise
        kept.outbound.addresses = old.outbound.addresses
        kept.outbound.addressesFile = old.outbound.addressesFile
        kept.outbound.addressesFromFile = old.outbound.addressesFromFile
        kept.outbound.defaultPort = old.outbound.defaultPort
        kept.persistent.peers = old.persistent.peers
        return kept
    }
}
