import Addressing
import Control
import Glibc
import LinuxIO
import Storage
import Testing
import Timing

@testable import peerd

/// A board without a battery: it starts in 1970, and its calendar's clock is set later.
@Suite("A calendar's clock that is set")
struct ClockTests {
    private static let hour: Int64 = 3_600_000_000

    @Test("takes nothing from a ban of this process and adds nothing, across kill -9 neither")
    func ban() throws {
        let state = try StateDirectory()
        try state.shiftClock(toSecondsSince1970: 100)
        let arguments = ["--state", state.path]
        let prefix = "192.0.2.0/24"
        do {
            let daemon = try DaemonProcess(
                "outbound.target = 0",
                arguments: arguments,
                through: state.atShiftedTime(),
                withControl: true
            )
            let client = try daemon.connectControl()
            try client.ask(Peers.Ban(prefix: prefix, durationUSec: Self.hour))
            try state.setClock()
            try expectHour(of: client, prefix)
            try state.waitForCopy { contents in
                contents.bans.contains { $0.prefix == prefix && Self.isHour($0.untilMicroseconds) }
            }
            daemon.signal(SIGKILL)
        }
        let daemon = try DaemonProcess(
            "outbound.target = 0",
            arguments: arguments,
            withControl: true
        )
        try expectHour(of: try daemon.connectControl(), prefix)
    }

    @Test("makes no ages: uptime and the ends of connections are so long ago as they are")
    func ages() throws {
        let state = try StateDirectory()
        try state.shiftClock(toSecondsSince1970: 100)
        let daemon = try DaemonProcess(
            """
            outbound.target = 0
            [[listen]]
            address = "\(Loopback.host(194)):0"
            """,
            through: state.atShiftedTime(),
            withControl: true
        )
        let client = try daemon.connectControl()
        do {
            let peer = try LoopbackPeer(to: daemon.listening[0])
            peer.finishSending()
            #expect(peer.ending() == .goodbye)
        }
        try state.setClock()
        let now = SystemClock.wall()
        let started = try client.ask(Peers.Status()).status.startedUnixUSec
        #expect(abs(now - started) < Self.hour / 10)
        let ended = try client.askAll(Peers.History()).flatMap(\.connections).map(\.endedUnixUSec)
        #expect(ended.count == 1)
        #expect(ended.allSatisfy { abs(now - $0) < Self.hour / 10 })
    }

    /// The daemon sees the clock in the turn that answers.
    private func expectHour(of client: ControlConnection, _ prefix: String) throws {
        let bans = try client.askAll(Peers.ListBans()).flatMap(\.bans)
        #expect(bans.map(\.prefix) == [prefix])
        #expect(bans.allSatisfy { Self.isHour($0.untilUnixUSec) })
    }

    /// Whether it is an hour from now, less what the test takes.
    private static func isHour(_ until: Int64?) -> Bool {
        guard let until else { return false }
        return (hour - hour / 10...hour).contains(until - SystemClock.wall())
    }
}

@Suite("The watch over the calendar's clock")
struct ClockWatchTests {
    private static let start = Moment(
        instant: Instant(nanoseconds: 7_000_000_000),
        wall: WallTime(microseconds: 100_000_000)
    )

    /// A moment so long after the start, with the clock set by so much since then.
    private static func moment(after passed: Duration, set shift: Duration) -> Moment {
        Moment(instant: start.instant + passed, wall: start.wall + passed + shift)
    }

    @Test(
        "sees a shift of more than a second, in either direction, once",
        arguments: [
            (.zero, false), (.seconds(1), false), (.seconds(-1), false),
            (.microseconds(1_000_001), true), (.microseconds(-1_000_001), true),
            (.seconds(1_800_000_000), true), (.seconds(-3_600), true),
        ] as [(Duration, Bool)]
    )
    func shift(by shift: Duration, isSeen: Bool) {
        var watch = ClockWatch(at: Self.start)
        let moment = Self.moment(after: .seconds(50), set: shift)
        let (first, second) = (watch.hasMoved(at: moment), watch.hasMoved(at: moment))
        #expect(first == isSeen)
        #expect(!second)
    }

    @Test("sees a clock that is slewed when it has come far enough")
    func slew() {
        var watch = ClockWatch(at: Self.start)
        var seen = 0
        for second in 0..<10_000 {
            let shift = Duration.microseconds(500 * second)
            if watch.hasMoved(at: Self.moment(after: .seconds(second), set: shift)) { seen += 1 }
        }
        #expect(seen == 4)
    }

    @Test("tells the same time of a moment until the clock has moved")
    func times() {
        var watch = ClockWatch(at: Self.start)
        let instant = Self.start.instant + .seconds(5)
        #expect(watch.time(of: instant) == Self.start.wall + .seconds(5))
        _ = watch.hasMoved(at: Self.moment(after: .seconds(9), set: .milliseconds(900)))
        #expect(watch.time(of: instant) == Self.start.wall + .seconds(5))
        _ = watch.hasMoved(at: Self.moment(after: .seconds(9), set: .seconds(900)))
        #expect(watch.time(of: instant) == Self.start.wall + .seconds(905))
    }
}
