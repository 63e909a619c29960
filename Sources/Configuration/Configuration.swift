package import Addressing
import ConnectionCore
package import DecredWire

/// What the operator may set. A `Configuration` that was loaded is valid: every bound and every
/// combination was checked while it was read, and nowhere else.
///
/// The values written here are the defaults: those of the policies, and of what no policy knows the
/// number itself. Bounds and meanings stand in `ConfigurationSchema`.
package struct Configuration: ConfigurationPart, Equatable {
    private static let policy = Policy()
    private static let session = SessionPolicy(network: .mainnet)

    /// A peer protocol.
    package enum Network: String, CaseIterable, Sendable {
        /// None: a connection is ready when it is established, and what arrives is discarded.
        case raw
        case mainnet, testnet, simnet, regnet

        /// Nil for `raw`, which has no messages.
        package var wire: WireNetwork? {
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
    package enum Gossip: String, CaseIterable, Sendable {
        /// As is usual on the network: on mainnet and testnet only.
        case auto
        case always, never
    }

    package var network = Network.raw
    package var gossip = Gossip.auto
    /// What we offer: 1 full node, 2 bloom filters, 4 compact filters.
    package var services = Int(Self.session.services)
    /// A `VersionMessage.isUserAgent`.
    package var userAgent = Self.session.userAgent
    /// Our own addresses, for peers to know; no two the same.
    package var advertise = Self.session.advertised
    package var listen: [Listen] = []
    package var outbound = Outbound()
    package var persistent = Persistent()
    package var limits = Limits()
    package var inbound = Inbound()
    package var peerProtocol = PeerProtocol()
    package var control = Control()
    package var log = Log()

    package init() {}

    /// One address at which peers may come to us.
    package struct Listen: ConfigurationPart, Equatable {
        /// Where the peers of a listener come from.
        package enum Network: String, CaseIterable, Sendable {
            case ip
            /// An onion service or another proxy on this machine: every peer looks like loopback.
            case onion
        }

        /// An IP address and port; port 0 lets the kernel choose one.
        package var address = PeerAddress(IPAddress(v4: 0), port: 0)
        package var network = Network.ip
        /// Whether peers from loopback skip rate limit, flood and per-host limit. Never with
        /// `onion`.
        package var trustedLoopback = false
        /// What holds instead of one host's limits if `isProxied`; elsewhere it means nothing. Nil
        /// for half of the inbound slots.
        package var connections: Int?
        /// Connections a second.
        package var rate = 1.0
        package var burst = 20

        package init() {}

        /// Whether its peers come from a proxy's address: from an onion service, or from loopback
        /// where nobody but programs of this machine can come and they aren't trusted.
        package var isProxied: Bool {
            switch network {
            case .onion: true
            case .ip: !trustedLoopback && (address.ip?.isLoopback ?? false)
            }
        }
    }

    package struct Outbound: Equatable, Sendable {
        package var target = Configuration.policy.outbound.target
        /// What the configuration names, without duplicates.
        package var addresses: [PeerAddress] = []
        /// Absolute; nil if there is none.
        package var addressesFile: String?
        /// What `addressesFile` held when it was read, without duplicates.
        package var addressesFromFile: [PeerAddress] = []
        /// At most one for each of IPv4 and IPv6.
        package var bind: [IPAddress] = []
        /// As it was written; what 0 stands for is in `Configuration.defaultPort`.
        package var defaultPort = 0
        /// What an automatic outbound peer must offer; nil for what is usual on the network.
        package var requiredServices: Int?
        package var dialTimeout = Configuration.policy.outbound.dialTimeout
        /// 0: no limit.
        package var maxPerGroup = Configuration.policy.outbound.maxPerGroup
        package var retry = Configuration.policy.outbound.retry
    }

    package struct Persistent: Equatable, Sendable {
        /// No two the same, at most `max`.
        package var peers: [PeerTarget] = []
        package var max = Configuration.policy.persistent.max
        package var retry = Configuration.policy.persistent.retry
        /// At least `retry`.
        package var maxRetry = Configuration.policy.persistent.maxRetry
        package var stableAfter = Configuration.policy.persistent.stableAfter
    }

    package struct Limits: Equatable, Sendable {
        /// At least `outbound.target`.
        package var connections = Configuration.policy.limits.connections
        /// 0: no limit.
        package var perHost = Configuration.policy.limits.perHost
        package var reservedManual = Configuration.policy.limits.reservedManual
        package var whitelist = Configuration.policy.limits.whitelist
        package var whitelisted = Configuration.policy.limits.whitelisted
    }

    package struct Inbound: Equatable, Sendable {
        /// Connections a second.
        package var rate = Configuration.policy.inbound.rate
        package var burst = Int(Configuration.policy.inbound.burst)
        /// Attempts in the last 60 s.
        package var floodThreshold = Configuration.policy.inbound.floodThreshold
    }

    /// `[protocol]`: without meaning on a raw network.
    package struct PeerProtocol: Equatable, Sendable {
        package var handshakeTimeout = Configuration.policy.handshake.timeout
        package var pingInterval = Configuration.session.pingInterval
        /// Longer than `pingInterval`, by `ConfigurationReader.shortestAnswerTime` at least.
        package var idleTimeout = Configuration.session.idleTimeout
        package var banScore = Configuration.session.banScore
        /// At most `banScore`.
        package var warnScore = Configuration.session.warnScore
        /// dcrd's number.
        package var banDuration = Duration.seconds(86_400)
        /// In bytes, for each peer.
        package var maxQueued = Configuration.session.mostQueuedBytes
        package var addressBurst = Int(Configuration.session.addressBurst)
        /// Addresses a second.
        package var addressRate = Configuration.session.addressRate
    }

    package struct Control: Equatable, Sendable {
        /// A group of this machine, as it was written and by its number.
        package struct Group: Equatable, Sendable {
            package let name: String
            package let number: UInt32
        }

        /// Whose members may change something; nil for the daemon's own group.
        package var writeGroup: Group?
    }

    package struct Log: Equatable, Sendable {
        /// From the most to the least urgent; a level includes those before it.
        package enum Level: String, CaseIterable, Sendable {
            case error, warning, info, debug
        }

        package var level = Level.info
    }
}

extension Configuration {
    /// What holds when nobody sets anything.
    package static let standard = Configuration()

    /// Every address to dial for the outbound target: those of the configuration first, then those
    /// of the file, none twice.
    package var knownAddresses: [PeerAddress] {
        var seen = Set(outbound.addresses)
        return outbound.addresses + outbound.addressesFromFile.filter { seen.insert($0).inserted }
    }
    /// The port of peers that are named without one, preferred too while addresses are picked: the
    /// network's own unless another was written. Nil if there is none, as on a raw network.
    package var defaultPort: UInt16? {
        outbound.defaultPort == 0 ? network.wire?.defaultPort : UInt16(outbound.defaultPort)
    }

    /// Whether addresses are asked for, given and taken. On simnet and regnet only if the operator
    /// says so, on a raw network never.
    package var gossips: Bool {
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
    package var dialsOnlyRoutable: Bool {
        guard let wire = network.wire else { return false }
        return SessionPolicy(network: wire).gossips && gossip != .always
    }

    /// The names of the keys that differ from `old` and that a running daemon can't change: its
    /// sessions speak the protocol of the old network, and what they know are its peers.
    package func keysNeedingRestart(from old: Configuration) -> [String] {
        network == old.network ? [] : [ConfigurationSchema.network]
    }

    /// The keys that `keepingNetwork` keeps, by their names.
    package static let keysOfNetwork: Set = [
        ConfigurationSchema.network, ConfigurationSchema.advertise, "outbound.addresses",
        ConfigurationSchema.addressesFile, "outbound.default-port", "persistent.peers",
    ]

    /// The same with the network of `old`, and the peers that belong to it: those of another
    /// network are at other ports and speak another protocol.
    package func keepingNetwork(of old: Configuration) -> Configuration {
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
