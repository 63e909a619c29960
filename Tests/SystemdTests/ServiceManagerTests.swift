import Glibc
import Systemd
import Testing

@Suite("The service manager")
struct ServiceManagerTests {
    @Test(
        "is told each state as systemd spells it",
        arguments: [
            ([.ready], "READY=1"),
            ([.stopping], "STOPPING=1"),
            ([.watchdog], "WATCHDOG=1"),
            ([.reloading], "RELOADING=1\nMONOTONIC_USEC=1234"),
            ([.status("8/8 outbound")], "STATUS=8/8 outbound"),
            ([.status("two\nlines\r\nREADY=1")], "STATUS=two lines READY=1"),
            ([.ready, .status("up")], "READY=1\nSTATUS=up"),
            ([.watchdog, .status("up")], "WATCHDOG=1\nSTATUS=up"),
            ([], ""),
        ] as [([ServiceState], String)]
    )
    func spelling(_ states: [ServiceState], _ message: String) {
        #expect(ServiceState.message(states, monotonicMicroseconds: { 1_234 }) == message)
    }

    @Test("gets a status that fits its buffer, cut between two characters")
    func longStatus() {
        let status = ServiceState.status(String(repeating: "€", count: 10_000))
        let all: [ServiceState] = [.ready, .reloading, .stopping, .watchdog, status]
        let message = ServiceState.message(all, monotonicMicroseconds: { .max })
        #expect(message.hasSuffix("€"))
        #expect(message.utf8.count <= ServiceState.statusLimit + 100)
        // What systemd reads at most.
        #expect(message.utf8.count < 4_096)
        let atLimit = String(repeating: "x", count: ServiceState.statusLimit)
        #expect(
            ServiceState.message([.status(atLimit)], monotonicMicroseconds: { 0 })
                == "STATUS=\(atLimit)"
        )
    }

    @Test("gets all that is said at once in one datagram", arguments: [false, true])
    func oneDatagram(isAbstract: Bool) throws {
        let path = Receiver.newPath()
        let receiver = try Receiver(at: isAbstract ? "@" + path : path)
        let manager = try ServiceManager(socketPath: receiver.path, watchdogInterval: nil)
        #expect(manager.notify(.ready, .status("3/8 outbound")) == .sent)
        #expect(try receiver.receiveText() == "READY=1\nSTATUS=3/8 outbound")
        #expect(receiver.drain() == 0)
    }

    @Test("hears of a reload with the time of its own clock")
    func reload() throws {
        let receiver = try Receiver()
        let manager = try ServiceManager(socketPath: receiver.path, watchdogInterval: nil)
        let before = Self.monotonic()
        #expect(manager.notify(.reloading) == .sent)
        let after = Self.monotonic()
        let text = try receiver.receiveText()
        let prefix = "RELOADING=1\nMONOTONIC_USEC="
        #expect(text.hasPrefix(prefix))
        let time = try #require(Int(text.dropFirst(prefix.count)))
        #expect((before...after).contains(time))
    }

    private static func monotonic() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }

    @Test("is never waited for")
    func full() throws {
        let receiver = try Receiver()
        let manager = try ServiceManager(socketPath: receiver.path, watchdogInterval: nil)
        var sent = 0
        for _ in 0..<10_000 {
            let delivery = manager.notify(.watchdog)
            if delivery == .sent { sent += 1 } else { #expect(delivery == .lost(code: EAGAIN)) }
        }
        #expect(sent > 0 && sent < 10_000)
        #expect(receiver.drain() == sent)
        #expect(manager.notify(.ready) == .sent)
    }

    @Test("need not be there")
    func nobody() throws {
        let manager = try ServiceManager(socketPath: nil, watchdogInterval: nil)
        #expect(manager.notify(.ready, .status("alone")) == .sent)
        let gone = try ServiceManager(socketPath: Receiver.newPath(), watchdogInterval: nil)
        #expect(gone.notify(.ready) == .lost(code: ENOENT))
    }

    @Test("is read off the environment, which keeps nothing of it")
    func environment() throws {
        let path = Receiver.newPath()
        let cases: [(String, String)] = [
            ("NOTIFY_SOCKET=\(path) WATCHDOG_USEC=30000000", "30000000\nleft: \n"),
            ("NOTIFY_SOCKET=\(path) WATCHDOG_USEC=5 WATCHDOG_PID=$$", "5\nleft: \n"),
            ("WATCHDOG_USEC=5 WATCHDOG_PID=1", "none\nleft: \n"),
            ("", "none\nleft: \n"),
        ]
        for (variables, output) in cases {
            let result = try Probe.run("watchdog", environment: variables)
            #expect(result.output == output && result.status == 0, "\(variables)")
        }
        for variables in ["NOTIFY_SOCKET=relative", "WATCHDOG_USEC=soon"] {
            #expect(try Probe.run("watchdog", environment: variables).status != 0, "\(variables)")
        }
    }
}
