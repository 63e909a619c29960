import Addressing
import Control
import Facts
import Timing

/// Values of every type of the interface, so chosen that each optional field is there in one and
/// absent in another, and that each member of each enumeration occurs.
enum Samples {
    static let connections: [Peers.Connection] =
        ShownKind.allCases.map { kind in
            Peers.Connection(
                id: 1,
                kind: kind,
                phase: .dialing,
                target: "peer.example.org:9108",
                remote: nil,
                local: nil,
                persistent: false,
                ready: false,
                whitelisted: false,
                proxied: false,
                establishedUnixUSec: nil,
                phaseEndsUnixUSec: nil,
                retries: nil,
                lastFailure: nil,
                downSinceUnixUSec: nil,
                roundTripUSec: nil,
                lastRoundTripUSec: nil,
                userAgent: nil,
                services: nil,
                protocolVersion: nil,
                bytesIn: nil,
                bytesOut: nil
            )
        }
        + Phase.Name.allCases.map { phase in
            Peers.Connection(
                id: 1_099_511_627_775,
                kind: .persistent,
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
        Exclusion(.group, addresses: 33), Exclusion(.attemptedJustNow, addresses: 7),
    ]

    static let setback = Peers.Setback(
        cause: .failed(.timedOut(after: .seconds(30))),
        atUnixUSec: 1_767_225_600_000_000,
        count: 4,
        hangUps: 3
    )

    static let prefix = Prefix(IPAddress(v4: 0xc633_6400), length: 120)
    static let until = WallTime(microseconds: 1)
    static let ids = (1...4).compactMap { ConnectionID(number: $0) }

    static let zone: Zone = {
        do throws(Zone.Problem) {
            return try Zone(named: "eth0")
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    static let refusals: [Refusal] = [
        .shuttingDown, .networkInactive, .banned(prefix, until: until),
        .banned(prefix, until: nil), .rateLimited, .flooded(chance: 0.25), .flooded(chance: 1),
        .alreadyPending(ids[0]), .alreadyConnected(ids[1]), .duplicatePersistent(ids[2]),
        .notPersistent(ids[3]), .notFound, .tooManyConnections(limit: 125),
        .tooManyPerHost(limit: 5), .tooManyWhitelisted(limit: 32), .tooManyPerListener(limit: 58),
        .tooManyPersistent(limit: 8), .tooManyPersistentPerHost(limit: 5),
        .tooManyBans(limit: 10_000), .bannedLonger(prefix, until: until),
        .bannedLonger(prefix, until: nil), .tooManyAddresses(limit: 100_000),
        .unsupportedAddress("x:0", reason: "x:0 is bad"), .unsupportedAddress("x:0", reason: nil),
        .configurationRejected(problems: ["peerd.toml:3:1: unknown key", "peerd.toml:9:2: too big"]
        ),
    ]

    static let dialFailures: [DialFailure] = [
        .timedOut(after: .seconds(30)), .refused, .unreachable, .noRoute, .noLocalEnd(.address),
        .noLocalEnd(.bindAddress(IPAddress(v4: 0xc000_024d))),
        .noLocalEnd(.interface(zone)), .noLocalEnd(.port(among: 32_768...60_999)),
        .noLocalEnd(.port(among: nil)),
        .unresolved("Name or service not known"), .selfConnection, .alreadyConnected(ids[1]),
        .banned(prefix, until: until), .banned(prefix, until: nil), .tooManyPerHost(limit: 5),
        .unsupportedAddress, .resourcesExhausted(errno: 24), .cancelled(by: .caller),
        .cancelled(by: .operator), .cancelled(by: .networkInactive), .cancelled(by: .ban),
        .cancelled(by: .shutdown), .io(errno: 104),
    ]

    static let endings: [Ending] =
        [
            .closedByPeer, .timedOut, .io(errno: 104), .byOperator,
            .attemptTimedOut(after: .seconds(30)), .abandoned, .banned(prefix, until: until),
            .banned(prefix, until: nil), .networkInactive, .shutdown,
        ] + SessionFault.allCases.map { .session($0) }

    static let causes: [Cause] =
        refusals.map { .refused($0) } + dialFailures.map { .failed($0) }
        + endings.map { .ended($0) }

    static let serviceFailures: [Service.Failure] = [
        .interfaceNotFound("org.example"), .methodNotFound("org.peerd.Peers.Nothing"),
        .methodNotImplemented("org.peerd.Peers.Explain"), .invalidParameter("address"),
        .permissionDenied, .expectedMore,
    ]

    static let ended: [Peers.EndedConnection] =
        (dialFailures.map { Setback.Cause.failed($0) }
        + endings.map { .ended($0) }).enumerated().map { index, cause in
            Peers.EndedConnection(
                id: UInt64(index + 1),
                kind: .inbound,
                persistent: false,
                target: "203.0.113.7:9108",
                remote: index.isMultiple(of: 3) ? nil : "203.0.113.7:9108",
                connected: index >= dialFailures.count,
                ready: index.isMultiple(of: 2),
                cause: cause,
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
        Subject(
            id: ids[0],
            kind: .manual,
            isPersistent: true,
            target: target("a.example:9108"),
            address: nil
        ),
        Subject(
            id: ids[1],
            kind: .outbound,
            isPersistent: false,
            target: target("203.0.113.7:9108"),
            address: address
        ),
    ]

    static let address = PeerAddress(IPAddress(v4: 0xcb00_7107), port: 9108)

    private static func target(_ text: String) -> PeerTarget {
        do throws(AddressError) {
            return try PeerTarget(parsing: text, defaultPort: nil)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    static let reports: [Report] =
        subjects.flatMap(reports)
        + dialFailures.map { .failed(subjects[0], $0) }
        + endings.map { .ended(subjects[1], $0, after: .microseconds(2), wasReady: true) }
        + refusals.filter(isOfPeers).map { .refused(address, $0) }

    /// Whether a peer that comes may be refused so.
    private static func isOfPeers(_ refusal: Refusal) -> Bool {
        [.alreadyPending, .alreadyConnected].contains(refusal.name)
            || Rule.Name(rawValue: refusal.name.word).map(RuleCounts.rules.contains) ?? false
    }

    static let events: [Peers.Event] =
        ([.monitoring, .missed(count: 12)] + reports.map { .report($0) }).map {
            Peers.Event(timeUnixUSec: 1_767_225_600_123_456, $0)
        }

    private static func reports(about subject: Subject) -> [Report] {
        let (ban, lasting) = (
            Ban(prefix: prefix, until: until, origin: .automatic),
            Ban(prefix: prefix, until: nil, origin: .operator)
        )
        return [
            .attempting(subject), .connected(subject), .accepted(subject), .ready(subject),
            .retrying(subject, in: .milliseconds(7_300), retries: 2), .persistentAdded(subject),
            .persistentWaiting(subject, .noRoute, every: .seconds(5)),
            .hangingUp(subject, times: 3), .persistentDown(subject, for: .seconds(600), nil),
            .persistentDown(subject, for: .seconds(600), .failed(.refused)),
            .persistentDown(subject, for: .seconds(600), .ended(.closedByPeer)),
            .nobodyToDial(missing: 8, []), .nobodyToDial(missing: 5, exclusions),
            .targetMissed(ready: 3, target: 8, for: .seconds(600), nil),
            .targetMissed(ready: 3, target: 8, for: .seconds(600), exclusions),
            .persistentAdopted(subject), .persistentRemoved(subject),
            .refusalsSilenced(for: .seconds(60)), .bansSilenced(for: .seconds(60)),
            .bansSuppressed(count: 1_000, during: .seconds(60)),
            .refusalsSuppressed(count: 1_000, during: .seconds(60)),
            .outboundPaused(failures: 25, for: .seconds(5)),
            .resourcesExhausted(errno: 24, pause: .seconds(5)), .banned(ban, closed: 3),
            .banned(lasting, closed: 0), .unbanned(prefix), .networkActive(true),
            .networkActive(false), .shuttingDown(connections: 100),
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
            findings: rules.map { Finding(way: .inbound, rule: $0) }
                + Way.allCases.map { Finding(way: $0, rule: .noListener) }
        ),
    ]

    /// Each once, and where a rule may have no end, with one and without.
    static let rules: [Rule] = [
        .shuttingDown, .networkInactive, .banned(prefix, until: until),
        .banned(prefix, until: nil), .rateLimited(until: until), .rateLimited(until: nil),
        .flooded(limit: 300, count: 301, chance: 0.2), .duplicate(ids[0]),
        .tooManyPerHost(limit: 5, count: 5), .tooManyPerListener(limit: 58, count: 58),
        .tooManyConnections(limit: 125, count: 125), .whitelist(prefix),
        .tooManyWhitelisted(limit: 32, count: 32), .noListener, .trustedLoopback, .knownHost,
        .tooManyPersistent(limit: 8, count: 8), .tooManyPersistentPerHost(limit: 5, count: 5),
        .targetHeld(limit: 8, count: 8), .group(limit: 1, count: 1), .ownAddress(until: until),
        .misbehaved(until: until), .operatorsPeer(ids[1]), .attemptedRecently(until: until),
        .attemptedJustNow(until: until), .noRoute(until: until), .otherPort, .unknownAddress,
        .paused(limit: 25, count: 25, until: until), .resourcesExhausted(until: until),
        .unsupportedAddress,
    ]

    static let ruleCounts: RuleCounts = {
        var counts = RuleCounts()
        for (index, rule) in RuleCounts.rules.enumerated() { counts[rule] = UInt64(index + 1) }
        return counts
    }()

    static let totals = Peers.Totals.Reply(
        startedUnixUSec: 1_767_225_600_000_000,
        events: [
            Peers.EventTotal(event: .ended, kind: .persistent, cause: "closedByPeer", count: 7),
            Peers.EventTotal(event: .unbanned, kind: nil, cause: nil, count: 0),
        ],
        refusals: RuleCounts(),
        addressesLearned: 1,
        bytesIn: 1 << 62,
        bytesOut: 0
    )

    static let statuses = Peers.StorageState.allCases.map { storage in
        let isSaved = storage == .works
        let until: Int64? = isSaved ? nil : 1_767_225_600_000_000
        let one = PerKind(inbound: 1, outbound: 2, manual: 3, feeler: 4)
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
            refusals: ruleCounts,
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
            totals: Peers.StatusTotals(
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
