import Control

/// Values of every type of the interface, so chosen that each optional field is there in one and
/// absent in another, and that each member of each enumeration occurs.
enum Samples {
    static let connections: [Peers.Connection] =
        Peers.Kind.allCases.map { kind in
            Peers.Connection(
                id: 1,
                kind: kind,
                phase: .dialing,
                target: "peer.example.org:9108",
                persistent: false,
                ready: false,
                whitelisted: false,
                proxied: false
            )
        }
        + Peers.Phase.allCases.map { phase in
            Peers.Connection(
                id: 1_099_511_627_775,
                kind: .manual,
                phase: phase,
                target: "[2001:db8::7]:9108",
                remote: "[2001:db8::7]:9108",
                local: "[2001:db8::1]:40122",
                persistent: true,
                ready: true,
                whitelisted: true,
                proxied: true,
                establishedUnixUSec: 1_767_225_600_000_000,
                phaseEndsUnixUSec: 1_767_225_600_000_001,
                retries: 3,
                lastFailure: setback,
                downSinceUnixUSec: 1_767_225_600_000_002,
                roundTripUSec: 12_345,
                lastRoundTripUSec: 23_456,
                userAgent: "/dcrwire:1.0.0/dcrd:2.1.0/",
                services: 1,
                protocolVersion: 12,
                bytesIn: .max / 4,
                bytesOut: 0
            )
        }

    static let exclusions = [
        Peers.Exclusion(rule: .group, count: 33),
        Peers.Exclusion(rule: .attemptedJustNow, count: 7),
    ]

    static let setback = Peers.Setback(
        cause: .timedOut(afterUSec: 30_000_000),
        atUnixUSec: 1_767_225_600_000_000,
        count: 4,
        hangUps: 3
    )

    static let failures: [Peers.Failure] = [
        .shuttingDown, .networkInactive,
        .banned(prefix: "198.51.100.0/24", untilUnixUSec: 1),
        .banned(prefix: nil, untilUnixUSec: nil),
        .rateLimited, .flooded(chance: 0.25), .flooded(chance: 1), .alreadyPending(id: 1),
        .alreadyConnected(id: 2), .duplicatePersistent(id: 3), .notPersistent(id: 4), .notFound,
        .tooManyConnections(limit: 125), .tooManyPerHost(limit: 5), .tooManyWhitelisted(limit: 32),
        .tooManyPerListener(limit: 58),
        .tooManyPersistent(limit: 8), .tooManyPersistentPerHost(limit: 5),
        .tooManyBans(limit: 10_000),
        .bannedLonger(prefix: "198.51.100.0/24", untilUnixUSec: 1),
        .bannedLonger(prefix: "::/0", untilUnixUSec: nil),
        .tooManyAddresses(limit: 100_000),
        .unsupportedAddress(address: "x:0", reason: "x:0 is bad"),
        .unsupportedAddress(address: nil, reason: nil),
        .configurationRejected(problems: ["peerd.toml:3:1: unknown key", "peerd.toml:9:2: too big"]
        ),
        .timedOut(afterUSec: 30_000_000), .refused, .unreachable, .noRoute,
        .noLocalAddress, .bindAddressMissing(address: "192.0.2.77"),
        .interfaceMissing(interface: "eth0"),
        .noLocalPort(setting: "net.ipv4.ip_local_port_range", first: 32_768, last: 60_999),
        .noLocalPort(setting: "net.ipv4.ip_local_port_range", first: nil, last: nil),
        .unresolved(reason: "Name or service not known"), .selfConnection, .cancelled(by: .caller),
        .cancelled(by: .operator), .cancelled(by: .networkInactive), .cancelled(by: .ban),
        .cancelled(by: .shutdown), .closedByPeer, .peerVanished, .closedByOperator,
        .handshakeTimedOut, .malformed, .misbehaved, .unexpectedMessage, .obsoleteVersion,
        .lacksServices, .idle, .slow,
        .resourcesExhausted(errno: 24), .io(errno: 104),
    ]

    static let serviceFailures: [Service.Failure] = [
        .interfaceNotFound("org.example"), .methodNotFound("org.peerd.Peers.Nothing"),
        .methodNotImplemented("org.peerd.Peers.Explain"), .invalidParameter("address"),
        .permissionDenied, .expectedMore,
    ]

    static let ended: [Peers.EndedConnection] = failures.enumerated().map { index, failure in
        Peers.EndedConnection(
            id: UInt64(index + 1),
            kind: .inbound,
            persistent: false,
            target: "203.0.113.7:9108",
            remote: index.isMultiple(of: 3) ? nil : "203.0.113.7:9108",
            connected: !index.isMultiple(of: 3),
            ready: index.isMultiple(of: 2),
            cause: failure,
            endedUnixUSec: 1_767_225_600_000_000,
            durationUSec: 61_000_000,
            bytesIn: index.isMultiple(of: 2) ? 10 : nil,
            bytesOut: index.isMultiple(of: 2) ? 20 : nil
        )
    }

    static let bans = [
        Peers.BanEntry(prefix: "198.51.100.0/24", origin: .operator, untilUnixUSec: nil),
        Peers.BanEntry(prefix: "2001:db8::/48", origin: .automatic, untilUnixUSec: 7),
    ]

    static let subjects = [
        Peers.Subject(id: 1, kind: .manual, persistent: true, target: "a.example:9108"),
        Peers.Subject(
            id: 2,
            kind: .outbound,
            persistent: false,
            target: "203.0.113.7:9108",
            remote: "203.0.113.7:9108"
        ),
    ]

    static let events: [Peers.Event] = subjects.flatMap(events).map {
        Peers.Event(timeUnixUSec: 1_767_225_600_123_456, $0)
    }

    private static func events(about subject: Peers.Subject) -> [Peers.Event.Content] {
        [
            .monitoring, .attempting(subject), .connected(subject), .accepted(subject),
            .ready(subject), .connectionFailed(subject, .timedOut(afterUSec: 1)),
            .disconnected(subject, .closedByPeer, afterUSec: 2, wasReady: true),
            .retrying(subject, inUSec: 7_300_000, retries: 2), .persistentAdded(subject),
            .persistentWaiting(subject, .noRoute, everyUSec: 5_000_000),
            .hangingUp(subject, times: 3), .persistentDown(subject, nil, forUSec: 600_000_000),
            .persistentDown(subject, .refused, forUSec: 600_000_000),
            .nobodyToDial(missing: 8, []), .nobodyToDial(missing: 5, exclusions),
            .targetMissed(ready: 3, target: 8, forUSec: 600_000_000),
            .persistentAdopted(subject), .persistentRemoved(subject),
            .refused(remote: "198.51.100.4:40122", .rateLimited),
            .refusalsSilenced(forUSec: 60_000_000), .bansSilenced(forUSec: 60_000_000),
            .bansSuppressed(count: 1_000, duringUSec: 60_000_000),
            .refusalsSuppressed(count: 1_000, duringUSec: 60_000_000),
            .outboundPaused(failures: 25, forUSec: 5_000_000),
            .resourcesExhausted(errno: 24, pauseUSec: 5_000_000), .banned(bans[0], closed: 3),
            .unbanned(prefix: "198.51.100.0/24"), .networkActive, .networkInactive,
            .shuttingDown(connections: 100), .missed(count: 12),
        ]
    }

    static let keys = [
        Peers.ConfiguredKey(key: "outbound.target", value: "16", origin: "default"),
        Peers.ConfiguredKey(
            key: "persistent.peers",
            index: 1,
            value: "'a.example:9108'",
            origin: "/etc/peerd/peerd.toml:3:9"
        ),
    ]

    static let changes = [
        Peers.ConfigurationChange(
            key: "network",
            before: "'raw'",
            beforeOrigin: "default",
            after: "'mainnet'",
            afterOrigin: "--set network=mainnet",
            needsRestart: true
        ),
        Peers.ConfigurationChange(key: "outbound.addresses", needsRestart: false, further: 7),
    ]

    static let explanations: [Peers.Explanation] = [
        Peers.Explanation(address: "203.0.113.7", connections: [], findings: []),
        Peers.Explanation(
            address: "203.0.113.7:9108",
            connections: [connections[0]],
            findings: Peers.Rule.allCases.map {
                Peers.Finding(way: .inbound, rule: $0, refuses: true)
            }
                + Peers.Way.allCases.map {
                    Peers.Finding(
                        way: $0,
                        rule: .flooded,
                        refuses: false,
                        id: 1,
                        limit: 300,
                        count: 301,
                        prefix: "203.0.113.0/24",
                        chance: 0.2,
                        untilUnixUSec: 1
                    )
                }
        ),
    ]

    static let statuses = Peers.StorageState.allCases.map { storage in
        let isSaved = storage == .works
        let until: Int64? = isSaved ? nil : 1_767_225_600_000_000
        let one = Peers.PerKind(inbound: 1, outbound: 2, manual: 3, feeler: 4)
        return Peers.ServiceStatus(
            version: "0.1.0",
            network: "raw",
            startedUnixUSec: 1,
            summary: "8/8 outbound, 42 inbound, 2/2 persistent; 4,210 addresses",
            networkActive: true,
            connections: one,
            dialing: one,
            handshaking: one,
            ready: one,
            whitelisted: 1,
            persistent: 2,
            persistentReady: 1,
            persistentDownSinceUnixUSec: until,
            limits: Peers.Limits(
                connections: 125,
                perHost: 5,
                reservedManual: 8,
                whitelisted: 32,
                persistent: 8,
                outbound: 8,
                outboundPerGroup: 1
            ),
            addresses: 4_210,
            addressesLearned: 1_000,
            bans: 2,
            outboundFailures: 25,
            outboundPausedUntilUnixUSec: until,
            nobodyToDial: until.map {
                Peers.Shortage(
                    missing: 5,
                    exclusions: exclusions,
                    sinceUnixUSec: $0,
                    nextLookUnixUSec: $0
                )
            },
            targetMissedSinceUnixUSec: until,
            retries: [
                Peers.Retry(
                    id: 1,
                    target: "a.example:9108",
                    retries: 3,
                    atUnixUSec: until,
                    lastFailure: until.map { _ in setback },
                    downSinceUnixUSec: until
                )
            ],
            persistentWaiting: 600,
            refusals: Peers.Refusals(
                shuttingDown: 1,
                networkInactive: 2,
                banned: 3,
                rateLimited: 4,
                flooded: 5,
                duplicate: 6,
                perHost: 7,
                perListener: 11,
                connections: 8,
                whitelisted: 9,
                resourcesExhausted: 10
            ),
            storage: storage,
            storageProblem: isSaved ? nil : "cannot save to the database: the disk is full",
            reload: until.map {
                Peers.ReloadResult(
                    endedUnixUSec: $0,
                    inForce: false,
                    problems: ["peerd.toml:3:1: unknown key"],
                    needsRestart: ["network"]
                )
            },
            logLevel: Peers.LogLevel.allCases[isSaved ? 0 : 1],
            listeners: [
                Peers.Listener(address: "0.0.0.0:9108", network: "ip", trustedLoopback: true)
            ],
            descriptors: Peers.Descriptors(open: isSaved ? 40 : nil, limit: 65_536, needed: 389),
            totals: Peers.Totals(
                accepted: 1,
                connected: 2,
                failed: 3,
                ended: 4,
                bytesIn: 5,
                bytesOut: 6
            )
        )
    }
}
