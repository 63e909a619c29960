import Addressing
import ConfigurationFixtures
import ConnectionCore
import Facts
import Control
import Glibc
import Timing
import Testing

@testable import LinuxIO
@testable import peerd

/// Names whose server is dead, on the running daemon and by themselves.
@Suite("The lookup of names", .serialized)
struct NameLookupTests {
    /// Much less than a name takes whose server is dead: a minute.
    private static let soon = Duration.seconds(10)

    private static func dead(_ count: Int) -> String {
        (0..<count).map { "\"dead\($0).example:1\"" }.joined(separator: ", ")
    }

    @Test(
        "of 40 peers whose server is dead delays neither a name in the file of hosts nor an operator",
        .enabled(if: Namespace.isAllowed, "only root may put its own /etc/hosts in place")
    )
    func deadServer() throws {
        let names = try NameSurroundings(150)
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            persistent.max = 50
            persistent.peers = [\(Self.dead(40)), "\(names.keptPeer)"]
            """,
            through: names.wrapper,
            withControl: true
        )
        let start = ContinuousClock.now
        let kept = try names.kept.accept()
        try daemon.waitForThreads(30, named: "resolver")
        let client = try daemon.connectControl()
        let row = try client.ask(Peers.Connect(address: names.alivePeer)).connection
        #expect(row.target == names.alivePeer)
        let failure = #expect(throws: ErrorReply.self) {
            try client.ask(Peers.Connect(address: names.keptPeer))
        }
        guard case .peers(.refused(.duplicatePersistent(_))) = failure else {
            throw Failure("\(row)")
        }
        #expect(ContinuousClock.now - start < Self.soon)
        #expect(kept.isHeld)
    }

    @Test(
        "for a client that asks for many and goes leaves threads for others",
        .enabled(if: Namespace.isAllowed, "only root may put its own /etc/hosts in place")
    )
    func greedyClient() throws {
        let names = try NameSurroundings(152)
        let daemon = try DaemonProcess(
            "outbound.target = 0",
            through: names.wrapper,
            withControl: true
        )
        let start = ContinuousClock.now
        let answers = try ControlScript.answers(
            of: daemon,
            to: (0..<40).map {
                #"{"method":"org.peerd.Peers.Connect","parameters":{"address":"dead\#($0).example:1","#
                    + #""timeoutUSec":20000}}"#
            }
        )
        #expect(answers.allSatisfy { $0.contains("TimedOut") }, "\(answers)")
        #expect(try daemon.threads(named: "resolver") == LookupQueue.perProcess)
        let client = try daemon.connectControl()
        _ = try client.ask(Peers.Connect(address: names.alivePeer))
        #expect(ContinuousClock.now - start < Self.soon)
    }

    @Test("ends its threads 30 s after their last question, and starts them again")
    func idle() throws {
        var lookups = try NameLookups()
        let start = Instant(nanoseconds: 1_000_000_000)
        var due = lookups.deadline
        #expect(due == nil)
        for round in 0..<2 {
            let now = start + .seconds(1000 * round)
            let name = try PeerName("no-such-peer.invalid", port: 1)
            let attempt = try Self.attempts(at: [name])[0]
            let obstacle = lookups.ask(name, for: attempt, by: .retry, at: now)
            #expect(obstacle == nil)
            due = lookups.deadline
            #expect(due == nil)
            let events = try Self.events(of: &lookups, at: now + .seconds(1))
            guard case .dialFailed(attempt, .unresolved(_)) = events.first else {
                throw Failure("\(events)")
            }
            due = lookups.deadline
            #expect(due == now + .seconds(31))
            lookups.endIdleThreads(at: now + .seconds(31) - .nanoseconds(1))
            due = lookups.deadline
            #expect(due != nil)
            lookups.endIdleThreads(at: now + .seconds(31))
            due = lookups.deadline
            #expect(due == nil)
        }
    }

    @Test("answers all who want a name, asks once for it, and none who has gone")
    func shared() throws {
        var lookups = try NameLookups()
        let now = Instant(nanoseconds: 1_000_000_000)
        let name = try PeerName("no-such-peer.invalid", port: 1)
        let askers: [NameLookups.Asker] = [.retry, .client(process: 1, user: 1), .firstAttempt]
        let attempts = try Self.attempts(
            at: ["a.example", "b.example", "c.example"].map { try PeerName($0, port: 1) }
        )
        for (attempt, asker) in zip(attempts, askers) {
            let obstacle = lookups.ask(name, for: attempt, by: asker, at: now)
            #expect(obstacle == nil)
        }
        lookups.forget(attempts[0].id)
        var answered: [DialAttempt] = []
        for event in try Self.events(of: &lookups, at: now) {
            guard case .dialFailed(let attempt, .unresolved) = event else {
                throw Failure("\(event)")
            }
            answered.append(attempt)
        }
        #expect(answered == Array(attempts[1...]))
        #expect(lookups.nextAnswer(at: now)?.isEmpty ?? true)
    }

    /// As the core would make them, one for each name.
    private static func attempts(at names: [PeerName]) throws -> [DialAttempt] {
        var core = ConnectionCore(policy: Policy(), seed: 1)
        var actions = Actions()
        let moment = Moment(instant: Instant(nanoseconds: 1), wall: WallTime(microseconds: 1))
        for name in names { _ = try core.connect(.name(name), at: moment, &actions) }
        let attempts = actions.pending.compactMap { action in
            if case .resolve(let attempt, _) = action { attempt } else { nil }
        }
        try #require(attempts.count == names.count)
        return attempts
    }

    private static func events(
        of lookups: inout NameLookups,
        at now: Instant
    ) throws -> [Event] {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            while let events = lookups.nextAnswer(at: now) {
                if !events.isEmpty { return events }
            }
            _ = poll(nil, 0, 1)
        }
        throw Failure("no answer")
    }
}

extension DaemonProcess {
    /// How many of its threads have a name.
    fileprivate func threads(named name: String) throws -> Int {
        guard let folder = opendir("/proc/\(id)/task") else {
            throw Failure("opendir /proc/\(id)/task", errno)
        }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let number = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // One that has just ended has no file any more.
            let comm = try? SystemFile.text(of: "/proc/\(id)/task/\(number)/comm")
            if comm == name + "\n" { count += 1 }
        }
        return count
    }

    fileprivate func waitForThreads(_ count: Int, named name: String) throws {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while try threads(named: name) != count {
            guard ContinuousClock.now < deadline else {
                throw Failure("\(try threads(named: name)) threads, not \(count)")
            }
            _ = poll(nil, 0, 10)
        }
    }
}
