import Addressing
import Control
import Facts
import LinuxIO
import Timing

@testable import peerctl

/// Values of the interface, and where they are looked at from.
enum Examples {
    /// 2026-01-01 00:00:00 UTC.
    static let now: Int64 = 1_767_225_600_000_000
    static let viewpoint = Viewpoint(nowUnixUSec: now, calendar: .utc)

    static func seconds(_ count: Int64) -> Int64 { count * 1_000_000 }

    static let prefix = Prefix(IPAddress(v4: 0xc633_6400), length: 120)
    static let ids = (1...4).compactMap { ConnectionID(number: $0) }

    static let zone: Zone = {
        do throws(Zone.Problem) {
            return try Zone(named: "eth0")
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    static let setbackCauses: [Setback.Cause] =
        dialFailures.map { .failed($0) } + endings.map { .ended($0) }

    static let causes: [Cause] =
        refusals.map { .refused($0) } + dialFailures.map { .failed($0) }
        + endings.map { .ended($0) }

    private static let refusals: [Refusal] = [
        .shuttingDown, .networkInactive, .banned(prefix, until: WallTime(microseconds: now)),
        .banned(prefix, until: nil), .rateLimited, .flooded(chance: 0.25),
        .alreadyPending(ids[0]), .alreadyConnected(ids[1]), .duplicatePersistent(ids[2]),
        .notPersistent(ids[3]), .notFound, .tooManyConnections(limit: 125),
        .tooManyPerHost(limit: 5), .tooManyWhitelisted(limit: 32), .tooManyPerListener(limit: 58),
        .tooManyPersistent(limit: 8), .tooManyPersistentPerHost(limit: 5),
        .bannedLonger(prefix, until: WallTime(microseconds: now)),
        .bannedLonger(prefix, until: nil), .tooManyBans(limit: 10_000),
        .tooManyAddresses(limit: 100_000), .unsupportedAddress("x:0", reason: nil),
        .unsupportedAddress("x:0", reason: "x:0 has no valid port"),
        .configurationRejected(problems: ["a:1:1: bad", "b"]),
    ]

    private static let dialFailures: [DialFailure] = [
        .timedOut(after: .seconds(30)), .refused, .unreachable, .noRoute, .noLocalEnd(.address),
        .noLocalEnd(.bindAddress(IPAddress(v4: 0xc000_024d))),
        .noLocalEnd(.interface(zone)), .noLocalEnd(.port(among: 32_768...60_999)),
        .noLocalEnd(.port(among: nil)),
        .unresolved("Name or service not known"), .selfConnection, .alreadyConnected(ids[1]),
        .banned(prefix, until: nil), .tooManyPerHost(limit: 5), .unsupportedAddress,
        .cancelled(by: .caller), .cancelled(by: .operator), .cancelled(by: .networkInactive),
        .cancelled(by: .ban), .cancelled(by: .shutdown), .resourcesExhausted(errno: 24),
        .io(errno: 104),
    ]

    private static let endings: [Ending] =
        [
            .closedByPeer, .timedOut, .io(errno: 104), .byOperator,
            .attemptTimedOut(after: .seconds(30)), .abandoned, .banned(prefix, until: nil),
            .networkInactive, .shutdown,
        ] + SessionFault.allCases.map { .session($0) }

    static let connections: [Peers.Connection] = [
        connection(1, .persistent, .waiting, "peer.example.org:9108") {
            $0.persistent = true
            $0.phaseEndsUnixUSec = now + seconds(120)
            $0.retries = 3
        },
        connection(2, .outbound, .established, "203.0.113.7:9108") {
            $0.ready = true
            $0.establishedUnixUSec = now - seconds(34 * 60)
            $0.roundTripUSec = 12_300
            $0.bytesIn = 1_234_567
            $0.bytesOut = 999
        },
        connection(3, .inbound, .established, "[2001:db8:85a3:8d3:1319:8a2e:370:7348]:40122") {
            $0.establishedUnixUSec = now - seconds(4)
            $0.whitelisted = true
            $0.proxied = true
        },
        connection(1_099_511_627_775, .outbound, .dialing, "192.0.2.1:9108") {
            $0.phaseEndsUnixUSec = now + seconds(12)
        },
    ]

    private static func connection(
        _ id: UInt64,
        _ kind: ShownKind,
        _ phase: Phase.Name,
        _ target: String,
        _ change: (inout Peers.Connection) -> Void
    ) -> Peers.Connection {
        var connection = Peers.Connection(
            id: id,
            kind: kind,
            phase: phase,
            target: target,
            remote: phase == .waiting ? nil : target,
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
        change(&connection)
        return connection
    }

    static func status(
        _ change: (inout Peers.ServiceStatus) -> Void = { _ in }
    )
        -> Peers.ServiceStatus
    {
        var status = Peers.ServiceStatus(
            version: "0.1.0",
            network: "raw",
            startedUnixUSec: now - seconds(7_500),
            summary: "3/8 outbound (2 dialing), 42 inbound, 0/1 persistent; 4,210 addresses",
            networkActive: true,
            connections: PerKind(inbound: 42, outbound: 5, manual: 1, feeler: 0),
            dialing: PerKind(inbound: 0, outbound: 2, manual: 0, feeler: 0),
            handshaking: PerKind(inbound: 0, outbound: 0, manual: 0, feeler: 0),
            ready: PerKind(inbound: 40, outbound: 3, manual: 1, feeler: 0),
            whitelisted: 0,
            persistent: 1,
            persistentReady: 0,
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
            addressesLearned: 0,
            bans: 0,
            outboundFailures: 0,
            retries: [],
            persistentWaiting: 0,
            refusals: RuleCounts(),
            storage: .works,
            logLevel: .info,
            listeners: [
                Peers.Listener(address: "0.0.0.0:9108", network: "ip", trustedLoopback: false),
                Peers.Listener(
                    address: "127.0.0.1:9109",
                    network: "onion",
                    trustedLoopback: false
                ),
            ],
            descriptors: Peers.Descriptors(open: 71, limit: 65_536, needed: 389),
            totals: Peers.StatusTotals(
                accepted: 1_234,
                connected: 56,
                failed: 7,
                ended: 1_245,
                bytesIn: 3_400_000,
                bytesOut: 999
            )
        )
        change(&status)
        return status
    }

    static let subject = Subject(
        id: ids[1],
        kind: .outbound,
        isPersistent: false,
        target: target("peer.example.org:9108"),
        address: PeerAddress(IPAddress(v4: 0xcb00_7107), port: 9108)
    )

    private static func target(_ text: String) -> PeerTarget {
        do throws(AddressError) {
            return try PeerTarget(parsing: text, defaultPort: nil)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    static let events: [Peers.Event.Content] =
        [.monitoring] + reports.map { .report($0) } + [.missed(count: 12)]

    private static let reports: [Report] = [
        .attempting(subject), .connected(subject), .accepted(subject), .ready(subject),
        .failed(subject, .refused),
        .ended(subject, .closedByPeer, after: .seconds(2_040), wasReady: true),
        .retrying(subject, in: .milliseconds(7_300), retries: 2), .persistentAdded(subject),
        .persistentAdopted(subject), .persistentRemoved(subject),
        .persistentWaiting(subject, .noRoute, every: .seconds(5)), .hangingUp(subject, times: 3),
        .persistentDown(subject, for: .seconds(600), .failed(.refused)),
        .nobodyToDial(
            missing: 5,
            [Exclusion(.group, addresses: 33), Exclusion(.attemptedJustNow, addresses: 7)]
        ),
        .targetMissed(ready: 3, target: 8, for: .seconds(600), nil),
        .refused(PeerAddress(IPAddress(v4: 0xc633_6404), port: 40_122), .rateLimited),
        .refusalsSilenced(for: .seconds(60)), .bansSilenced(for: .seconds(60)),
        .bansSuppressed(count: 1_000, during: .seconds(60)),
        .refusalsSuppressed(count: 1_000, during: .seconds(60)),
        .outboundPaused(failures: 25, for: .seconds(5)),
        .resourcesExhausted(errno: 24, pause: .seconds(5)),
        .banned(
            Ban(prefix: prefix, until: WallTime(microseconds: now), origin: .automatic),
            closed: 3
        ),
        .unbanned(prefix), .networkActive(true), .networkActive(false),
        .shuttingDown(connections: 100),
    ]
}

extension Array<Text> {
    var plain: [String] { map(\.plain) }
}
