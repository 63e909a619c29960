import Timing

/// Every key of the configuration, once: its name, what may be written, its unit and meaning. Its
/// default is what `Configuration` has. Reading, printing and suggestions follow this table; tests
/// hold `config/peerd.toml` and `docs/configuration.md` to it.
///
/// The order is that of `--print-config`.
package enum ConfigurationSchema {
    package typealias Key = ConfigurationKey<Configuration>

    package static let keys: [Key] =
        general + outbound + persistent + limits + inbound + peerProtocol + control + log

    package static let listenerKeys: [ConfigurationKey<Configuration.Listen>] =
        [
            ConfigurationKey(
                "listen.address",
                \.address,
                .listenAddress,
                isRequired: true,
                "Where to listen; every [[listen]] must have it."
            ),
            ConfigurationKey(
                "listen.network",
                \.network,
                .word,
                "Where the peers of this listener come from."
            ),
            ConfigurationKey(
                trustedLoopback,
                \.trustedLoopback,
                .boolean,
                "Whether peers from loopback skip the rate limit, the flood check and limits.per-host; "
                    + "where it isn't written, true if the listener's own address is loopback, and "
                    + "always false with network = \"onion\"."
            ),
        ] + proxyKeys
    package static let trustedLoopback = "listen.trusted-loopback"

    /// Only for listeners that stand behind a proxy.
    package static let proxyKeys: [ConfigurationKey<Configuration.Listen>] = [
        ConfigurationKey(
            "listen.connections",
            \.connections,
            .integerOrAuto(in: 1...maximumConnections),
            unit: "connections",
            "How many connections may come through a proxy, in the place of limits.per-host; "
                + "\"auto\" is half of the inbound slots."
        ),
        ConfigurationKey(
            "listen.rate",
            \.rate,
            .number(in: 0.001...10_000),
            unit: "connections a second",
            "How often a proxy may connect, beyond its burst, in the place of inbound.rate."
        ),
        ConfigurationKey(
            "listen.burst",
            \.burst,
            .integer(in: 1...10_000),
            unit: "connections",
            "How many connections a proxy may make at once, in the place of inbound.burst."
        ),
    ]

    /// The keys that mean something for a listener.
    package static func keys(
        of listener: Configuration.Listen
    ) -> [ConfigurationKey<Configuration.Listen>] {
        let others = listener.isProxied ? [] : proxyKeys.map(\.name)
        return listenerKeys.filter { !others.contains($0.name) }
    }

    /// Every key that can be written, `listen` as its parts.
    package static let names: [String] =
        keys.map(\.name).filter { $0 != listen } + listenerKeys.map(\.name)

    /// The tables that keys lie in.
    package static let sections: [String] = keys.reduce(into: []) { sections, key in
        if !key.section.isEmpty, key.section != sections.last { sections.append(key.section) }
    }

    package static let network = "network"
    package static let listen = "listen"
    package static let advertise = "advertise"
    package static let addressesFile = "outbound.addresses-file"
    package static let logLevel = "log.level"

    /// What decides which port a peer has that is named without one.
    static let decidePort: Set = [network, defaultPort]
    private static let defaultPort = "outbound.default-port"
}

// MARK: - Bounds that several keys share

extension ConfigurationSchema {
    /// More than any process here has descriptors; 200 MB at 200 bytes a connection.
    fileprivate static let maximumConnections = 1_000_000

    /// What is missing from the target is dialled at once: so many attempts are in flight.
    /// No address is tried twice in a minute, so that a list for it needs as many addresses.
    private static let maximumTarget = 10_000

    /// Peers that somebody names, one by one.
    private static let maximumNamed = 1_000

    /// At most ten attempts a second, and at least one an hour.
    private static let retries: ClosedRange<Duration> = .milliseconds(100) ... .seconds(3_600)

    /// At most ten attempts a second, and at least one a day.
    private static let longestRetries: ClosedRange<Duration> =
        .milliseconds(100) ... .seconds(86_400)
}

// MARK: - The keys

extension ConfigurationSchema {
    private static let general: [Key] =
        [
            Key(
                network,
                \.network,
                .word,
                "The Decred network whose protocol is spoken; \"raw\" is none: connections are "
                    + "held, and what arrives is discarded."
            )
        ] + identity
        + [
            Key(
                listen,
                \.listen,
                .listeners,
                "The addresses at which peers may come to us."
            )
        ]

    private static let outbound: [Key] = [
        Key(
            "outbound.target",
            \.outbound.target,
            .integer(in: 0...maximumTarget),
            unit: "connections",
            "How many outbound connections to hold; 0 dials nobody but the peers that are named."
        ),
        Key(
            "outbound.addresses",
            \.outbound.addresses,
            .addresses,
            "Where to dial for the target."
        ),
        Key(
            addressesFile,
            \.outbound.addressesFile,
            .path,
            "A file with more addresses, one a line; a relative path is one from this file's directory."
        ),
        Key(
            "outbound.bind",
            \.outbound.bind,
            .sourceAddresses,
            "The source addresses of dialled connections; without one the kernel chooses."
        ),
        Key(
            defaultPort,
            \.outbound.defaultPort,
            .integer(in: 0...65_535),
            "The port of peers that are named without one, preferred too among the addresses to "
                + "dial; 0 is the network's own port, and on \"raw\" makes every peer need its own."
        ),
        requiredServices,
        Key(
            "outbound.dial-timeout",
            \.outbound.dialTimeout,
            .duration(in: .seconds(1) ... .seconds(120)),
            "How long one attempt may take, with the resolution of a name."
        ),
        Key(
            "outbound.max-per-group",
            \.outbound.maxPerGroup,
            .integer(in: 0...maximumTarget),
            unit: "connections",
            "How many outbound, manual and persistent connections one network group (IPv4 /16, "
                + "IPv6 /32) may hold before it is dialled no more for the target; 0 sets no limit."
        ),
        Key(
            "outbound.retry",
            \.outbound.retry,
            .duration(in: retries),
            "The pause between attempts once many have failed in a row."
        ),
    ]

    private static let persistent: [Key] = [
        Key(
            "persistent.peers",
            \.persistent.peers,
            .peers(limit: maximumNamed),
            "The peers to stay connected to, whatever happens."
        ),
        Key(
            "persistent.max",
            \.persistent.max,
            .integer(in: 0...maximumNamed),
            unit: "peers",
            "How many persistent peers there may be, those added at run time included."
        ),
        Key(
            "persistent.retry",
            \.persistent.retry,
            .duration(in: retries),
            "The wait after the first failed attempt; each further failure doubles it."
        ),
        Key(
            "persistent.max-retry",
            \.persistent.maxRetry,
            .duration(in: longestRetries),
            "The longest wait between two attempts."
        ),
        Key(
            "persistent.stable-after",
            \.persistent.stableAfter,
            // Less would redial at once a peer that accepts and hangs up.
            .duration(in: .seconds(1) ... .seconds(86_400)),
            "How long a connection must have lasted to be redialled without a wait."
        ),
    ]

    private static let limits: [Key] = [
        Key(
            "limits.connections",
            \.limits.connections,
            .integer(in: 0...maximumConnections),
            unit: "connections",
            "How many connections there may be, without persistent and whitelisted ones."
        ),
        Key(
            "limits.per-host",
            \.limits.perHost,
            .integer(in: 0...maximumConnections),
            unit: "connections",
            "How many connections one host (IPv4 address, IPv6 /64) may have; 0 sets no limit."
        ),
        Key(
            "limits.reserved-manual",
            \.limits.reservedManual,
            .integer(in: 0...maximumNamed),
            unit: "connections",
            "How many of the connections are kept free for those that an operator asks for."
        ),
        Key(
            "limits.whitelist",
            \.limits.whitelist,
            // Compared one by one with each peer that comes.
            .prefixes(limit: 1_000),
            "Whose inbound connections skip every limit but limits.whitelisted."
        ),
        Key(
            "limits.whitelisted",
            \.limits.whitelisted,
            .integer(in: 0...maximumConnections),
            unit: "connections",
            "How many whitelisted inbound connections there may be beside the others."
        ),
    ]

    private static let inbound: [Key] = [
        Key(
            "inbound.rate",
            \.inbound.rate,
            // A source is forgotten after 20 minutes, so that a slower one would mean nothing.
            .number(in: 0.001...10_000),
            unit: "connections a second",
            "How often one source (IPv4 address, IPv6 /64) may connect, beyond its burst."
        ),
        Key(
            "inbound.burst",
            \.inbound.burst,
            .integer(in: 1...10_000),
            unit: "connections",
            "How many connections one source may make at once."
        ),
        Key(
            "inbound.flood-threshold",
            \.inbound.floodThreshold,
            // The upper bound is more than a kernel accepts in that time: no flood is ever seen.
            .integer(in: 1...100_000_000),
            unit: "attempts in 60 s",
            "How many attempts of all sources together are normal; beyond, some are dropped by chance."
        ),
    ]

    private static let control: [Key] = [
        Key(
            "control.write-group",
            \.control.writeGroup,
            .group,
            "The group whose members may change something over the control socket, besides root and "
                + "the daemon's own user; \"\" is the group that the daemon runs as."
        )
    ]

    private static let log: [Key] = [
        Key(
            logLevel,
            \.log.level,
            .word,
            "The least urgent messages to log."
        )
    ]
}
