import Control
import LinuxIO

@testable import peerctl

/// Values of the interface, and where they are looked at from.
enum Examples {
    /// 2026-01-01 00:00:00 UTC.
    static let now: Int64 = 1_767_225_600_000_000
    static let viewpoint = Viewpoint(nowUnixUSec: now, calendar: .utc)

    static func seconds(_ count: Int64) -> Int64 { count * 1_000_000 }

    static let failures: [Peers.Failure] = [
        .shuttingDown, .networkInactive,
        .banned(prefix: "198.51.100.0/24", untilUnixUSec: now),
        .banned(prefix: nil, untilUnixUSec: nil),
        .rateLimited, .flooded(chance: 0.25), .alreadyPending(id: 1), .alreadyConnected(id: 2),
        .duplicatePersistent(id: 3), .notPersistent(id: 4), .notFound,
        .tooManyConnections(limit: 125), .tooManyPerHost(limit: 5), .tooManyWhitelisted(limit: 32),
        .tooManyPerListener(limit: 58),
        .tooManyPersistent(limit: 8), .tooManyPersistentPerHost(limit: 5),
        .bannedLonger(prefix: "198.51.100.0/24", untilUnixUSec: now),
        .bannedLonger(prefix: "198.51.100.0/24", untilUnixUSec: nil),
        .tooManyBans(limit: 10_000), .tooManyAddresses(limit: 100_000),
        .unsupportedAddress(address: "x:0", reason: nil),
        .unsupportedAddress(address: nil, reason: nil),
        .unsupportedAddress(address: "x:0", reason: "x:0 has no valid port"),
        .configurationRejected(problems: ["a:1:1: bad", "b"]),
        .timedOut(afterUSec: 30_000_000), .refused, .unreachable, .noRoute,
        .noLocalAddress, .bindAddressMissing(address: "192.0.2.77"),
        .interfaceMissing(interface: "eth0"),
        .noLocalPort(setting: "net.ipv4.ip_local_port_range", first: 32_768, last: 60_999),
        .noLocalPort(setting: "net.ipv4.ip_local_port_range", first: nil, last: nil),
        .unresolved(reason: "Name or service not known"), .selfConnection, .cancelled(by: .caller),
        .cancelled(by: .operator), .cancelled(by: .networkInactive), .cancelled(by: .ban),
        .cancelled(by: .shutdown), .closedByPeer, .peerVanished, .closedByOperator,
        .resourcesExhausted(errno: 24), .io(errno: 104),
    ]

    static let connections: [Peers.Connection] = [
        connection(1, .manual, .waiting, "peer.example.org:9108") {
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
        _ kind: Peers.Kind,
        _ phase: Peers.Phase,
        _ target: String,
        _ change: (inout Peers.Connection) -> Void
    ) -> Peers.Connection {
        var connection = Peers.Connection(
            id: id,
            kind: kind,
            phase: phase,
            target: target,
            remote: phase == .waiting ? nil : target,
            persistent: false,
            ready: false,
            whitelisted: false,
            proxied: false
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
            connections: Peers.PerKind(inbound: 42, outbound: 5, manual: 1, feeler: 0),
            dialing: Peers.PerKind(inbound: 0, outbound: 2, manual: 0, feeler: 0),
            handshaking: Peers.PerKind(inbound: 0, outbound: 0, manual: 0, feeler: 0),
            ready: Peers.PerKind(inbound: 40, outbound: 3, manual: 1, feeler: 0),
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
            refusals: Peers.Refusals(
                shuttingDown: 0,
                networkInactive: 0,
                banned: 0,
                rateLimited: 0,
                flooded: 0,
                duplicate: 0,
                perHost: 0,
                perListener: 0,
                connections: 0,
                whitelisted: 0,
                resourcesExhausted: 0
            ),
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
            totals: Peers.Totals(
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

    static let events: [Peers.Event.Content] = {
        let subject = Peers.Subject(
            id: 2,
            kind: .outbound,
            persistent: false,
            target: "peer.example.org:9108",
            remote: "203.0.113.7:9108"
        )
        let ban = Peers.BanEntry(prefix: "198.51.100.0/24", origin: .automatic, untilUnixUSec: now)
        return [
            .monitoring, .attempting(subject), .connected(subject), .accepted(subject),
            .ready(subject), .connectionFailed(subject, .refused),
            .disconnected(subject, .closedByPeer, afterUSec: seconds(2_040), wasReady: true),
            .retrying(subject, inUSec: 7_300_000, retries: 2), .persistentAdded(subject),
            .persistentAdopted(subject), .persistentRemoved(subject),
            .persistentWaiting(subject, .noRoute, everyUSec: seconds(5)),
            .hangingUp(subject, times: 3),
            .persistentDown(subject, .refused, forUSec: seconds(600)),
            .nobodyToDial(
                missing: 5,
                [.init(rule: .group, count: 33), .init(rule: .attemptedJustNow, count: 7)]
            ),
            .targetMissed(ready: 3, target: 8, forUSec: seconds(600)),
            .refused(remote: "198.51.100.4:40122", .rateLimited),
            .refusalsSilenced(forUSec: seconds(60)), .bansSilenced(forUSec: seconds(60)),
            .bansSuppressed(count: 1_000, duringUSec: seconds(60)),
            .refusalsSuppressed(count: 1_000, duringUSec: seconds(60)),
            .outboundPaused(failures: 25, forUSec: seconds(5)),
            .resourcesExhausted(errno: 24, pauseUSec: seconds(5)), .banned(ban, closed: 3),
            .unbanned(prefix: "198.51.100.0/24"), .networkActive, .networkInactive,
            .shuttingDown(connections: 100), .missed(count: 12),
        ]
    }()
}

extension Array<Text> {
    var plain: [String] { map(\.plain) }
}
