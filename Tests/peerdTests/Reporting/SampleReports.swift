import Addressing
import ConnectionCore
import Facts
import Glibc
import LinuxIO
import Storage
import Timing

@testable import peerd

/// One of every report and notice, and of every cause in them, made by a real core wherever it can
/// make them.
enum SampleReports {
    static let prefix = Prefix(IPAddress(v4: 0xcb00_7100), length: 120)
    static let until = WallTime(microseconds: 1_800_000_000_000_000)

    static let refusals: [Refusal] = [
        .shuttingDown, .networkInactive, .banned(prefix, until: nil), .banned(prefix, until: until),
        .rateLimited, .flooded(chance: 0.25), .alreadyPending(id), .alreadyConnected(id),
        .tooManyPerHost(limit: 5), .tooManyPerListener(limit: 58), .tooManyConnections(limit: 125),
        .tooManyWhitelisted(limit: 32),
        .duplicatePersistent(id), .notPersistent(id), .tooManyPersistent(limit: 8),
        .tooManyPersistentPerHost(limit: 5), .tooManyBans(limit: 10_000), .notFound,
        .unsupportedAddress("x:0", reason: nil), .tooManyAddresses(limit: 100_000),
        .unsupportedAddress("x:0", reason: "x:0 is odd"),
        .configurationRejected(problems: ["peerd.toml:3:1: odd"]),
        .bannedLonger(prefix, until: until),
        .bannedLonger(prefix, until: nil),
    ]

    static let failures: [DialFailure] =
        [
            .timedOut(after: .seconds(30)), .refused, .unreachable, .noRoute,
            .noLocalEnd(.address), .noLocalEnd(.bindAddress(IPAddress(v4: 0xc000_024d))),
            .noLocalEnd(.port(among: nil)),
            .unresolved("no such host"), .selfConnection, .alreadyConnected(id),
            .banned(prefix, until: until),
            .tooManyPerHost(limit: 5), .unsupportedAddress, .resourcesExhausted(errno: EMFILE),
            .io(errno: EACCES),
        ] + [.caller, .operator, .networkInactive, .ban, .shutdown].map { .cancelled(by: $0) }

    static let endings: [Ending] = [
        .closedByPeer, .timedOut, .io(errno: ECONNRESET), .byOperator,
        .banned(prefix, until: until),
        .networkInactive, .shutdown, .abandoned, .attemptTimedOut(after: .seconds(5)),
        .session(.malformed),
    ]

    /// With every rule.
    static let exclusions = Rule.Name.allCases.enumerated().map { index, rule in
        Exclusion(rule, addresses: 1 + index)
    }

    static let reports: [Report] =
        [
            .attempting(subject), .connected(subject), .accepted(subject), .ready(subject),
            .retrying(subject, in: .seconds(7), retries: 2), .persistentAdded(subject),
            .persistentAdopted(subject), .persistentRemoved(subject),
            .refusalsSilenced(for: .seconds(43)), .bansSilenced(for: .seconds(43)),
            .bansSuppressed(count: 1_234, during: .seconds(43)),
            .refusalsSuppressed(count: 1_234, during: .seconds(43)),
            .outboundPaused(failures: 25, for: .seconds(5)),
            .persistentWaiting(subject, .noRoute, every: .seconds(5)),
            .persistentWaiting(named, .resourcesExhausted(errno: EMFILE), every: .seconds(5)),
            .hangingUp(subject, times: 3), .persistentDown(subject, for: .seconds(600), nil),
            .failedAgain(named, .noRoute), .nobodyToDial(missing: 5, exclusions),
            .nobodyToDial(missing: 8, []),
            .targetMissed(ready: 3, target: 8, for: .seconds(600), nil),
            .targetMissed(ready: 0, target: 8, for: .seconds(600), exclusions),
            .resourcesExhausted(errno: EMFILE, pause: .seconds(5)),
            .banned(Ban(prefix: prefix, until: until, origin: .operator), closed: 2),
            .banned(Ban(prefix: prefix, until: nil, origin: .automatic), closed: 0),
            .unbanned(prefix), .networkActive(true), .networkActive(false),
            .shuttingDown(connections: 42),
        ]
        + refusals.map { .refused(PeerAddress(IPAddress(v4: 0xc633_6404), port: 40_122), $0) }
        + failures.map { .failed(named, $0) }
        + failures.map { .persistentDown(named, for: .seconds(600), .failed($0)) }
        + endings.map { .persistentDown(named, for: .seconds(600), .ended($0)) }
        + endings.map { .ended(subject, $0, after: .seconds(2_040), wasReady: true) }

    static let notices: [Notice] = [
        .started(status: "0/8 outbound"), .status("0/8 outbound"), .listening(socket),
        .listenerClosed(socket), .listenerAddressMissing(socket), .controlKilled,
        .listenerInterfaceMissing(socket), .linkUnknown(socket),
        .listenerKilled(socket, nil), .listenerKilled(socket, SystemError(.bind, EADDRINUSE)),
        .listenersInherited(count: 2, ignored: 0), .listenersInherited(count: 2, ignored: 1),
        .socketIgnored("peers"),
        .persistentRefused(subject.target, .tooManyPersistent(limit: 8)),
        .restartNeeded(keys: ["network"]),
        .addressesLearned(from: subject.address, count: 7),
        .misbehaving(subject.address, "asked for addresses again", score: 66, isInbound: false),
        .controlListening("/run/peerd/control"), .controlMissing,
        .controlGroupUnmapped("operators"), .controlNotDeleted(SystemError(.unlink, ENOENT)),
        .configurationWarning("peerd.toml:3:1: odd"), .reloading, .reloaded,
        .reloadFailed("peerd.toml:4:1: wrong"), .journalLost(count: 812, isJournal: true),
        .journalLost(count: 812, isJournal: false),
        .stateOff, .stateRestored(peers: 2, bans: 3), .stateLate(after: .seconds(20)),
        .stateSetAside(SetAside(path: "/var/lib/peerd/peerd.db.damaged", reason: .empty)),
        .storedIgnored((1...9).map { "entry \($0): persistent.max (8) reached" }),
        .stateFailed(
            StorageError(.save, path: "/var/lib/peerd", systemCode: EACCES),
            retry: .seconds(1)
        ),
        .stateWorks, .stateLost("the disk took longer than 2 s"),
        .recording(to: "/var/lib/peerd/recording", mostBytes: 64 << 20),
        .recordingEnded("/var/lib/peerd/recording", .full(mostBytes: 64 << 20)),
        .recordingEnded("/var/lib/peerd/recording", .tooSlow),
        .recordingEnded("/var/lib/peerd/recording", .failed(SystemError(.write, ENOSPC))),
        .startFailed(StartupError(SystemError(.bind, EADDRINUSE))),
    ]

    static var entries: [LogEntry] { reports.map { $0.entry() } + notices.map(\.entry) }

    private static let socket = PeerAddress(IPAddress(v4: 0x7f00_0001), port: 9_108)

    /// An address.
    static let subject = dialling(.address(PeerAddress(IPAddress(v4: 0xcb00_7107), port: 9_108)))

    /// A name without an address.
    static let named: Subject = {
        do {
            return dialling(.name(try PeerName("seed.example", port: 9_108)))
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private static var id: ConnectionID { subject.id }

    /// What a core says of the first dial to a target.
    private static func dialling(_ target: PeerTarget) -> Subject {
        var core = ConnectionCore(policy: Policy(), seed: 1)
        var actions = Actions()
        let now = Moment(instant: Instant(nanoseconds: 1), wall: WallTime(microseconds: 1))
        _ = try? core.connect(target, at: now, &actions)
        for case .report(.attempting(let subject)) in actions.pending { return subject }
        preconditionFailure("a dial to \(target) was not reported")
    }
}
