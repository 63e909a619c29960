import Foundation
import Testing

@Suite(
    "Under a real systemd",
    .serialized,
    .enabled(if: Lab.obstacle == nil, Lab.obstacle)
)
struct LabTests {
    static let service = """
        [Service]
        Type=notify
        ExecStart=/probe/systemd-probe serve
        ExecReload=/bin/kill -HUP $MAINPID
        WatchdogSec=%s
        TimeoutAbortSec=1s
        Restart=no
        """

    private struct Entry: Decodable {
        let message: String
        let priority: String
        let size: String
        let bytes: [UInt8]
        let program: String

        enum CodingKeys: String, CodingKey {
            case message = "MESSAGE"
            case priority = "PRIORITY"
            case size = "PROBE_SIZE"
            case bytes = "PROBE_BYTES"
            case program = "_COMM"
        }
    }

    @Test("the journal keeps entries as they were: one line, several, a mebibyte")
    func journal() throws {
        let lab = try Lab()
        // In a service, so that journald knows whose they are.
        let outcomes = try lab.run(
            "systemd-run --quiet --wait --pipe --unit=probe /probe/systemd-probe journal"
        )
        #expect(outcomes == "sent\nsent\nsent\n")
        let lines = try lab.run(
            "journalctl --sync; journalctl -o json --all PROBE_SIZE=8 + PROBE_SIZE=9 + PROBE_SIZE=1048576"
        )
        let entries = try lines.split(separator: "\n").map {
            try JSONDecoder().decode(Entry.self, from: Data($0.utf8))
        }
        try #require(entries.count == 3)
        #expect(entries[0].message == "one line")
        #expect(entries[1].message == "two\nlines")
        #expect(entries[2].message == String(repeating: "0123456789abcde\n", count: 65_536))
        for entry in entries {
            #expect(entry.priority == "5")
            #expect(entry.size == "\(entry.message.utf8.count)")
            #expect(entry.bytes == [0x00, 0x3d, 0xff])
            #expect(entry.program == "systemd-probe")
        }
    }

    @Test("standard error is known for the journal's, or not")
    func stream() throws {
        let lab = try Lab()
        let run = "systemd-run --quiet --wait --unit=probe"
        let output = "-p StandardOutput=file:/run/answer"
        try lab.run("\(run) \(output) -p StandardError=journal /probe/systemd-probe stream")
        #expect(try lab.run("cat /run/answer") == "journal\n")
        try lab.run(
            """
            \(run) \(output) -p StandardError=null /probe/systemd-probe stream
            """
        )
        #expect(try lab.run("cat /run/answer") == "elsewhere\n")
    }

    @Test("systemd follows a service that starts, reloads and stops")
    func life() throws {
        let lab = try Lab()
        try lab.install(["probe.service": Self.service.replacing("%s", with: "30s")])
        try lab.run("systemctl start probe")
        #expect(try lab.property("ActiveState", of: "probe") == "active")
        try lab.wait(until: "systemctl status probe | grep -q 'Status: \"serving \"'")
        for reload in 1...3 {
            try lab.run("systemctl reload probe")
            try lab.wait(until: "systemctl status probe | grep -q 'Status: \"reloaded \(reload)\"'")
            #expect(try lab.property("ActiveState", of: "probe") == "active")
        }
        try lab.run("systemctl stop probe")
        #expect(try lab.property("Result", of: "probe") == "success")
    }

    @Test("the watchdog lets a live service be, and kills one that hangs")
    func watchdog() throws {
        let lab = try Lab()
        try lab.install(["probe.service": Self.service.replacing("%s", with: "500ms")])
        try lab.run("systemctl start probe")
        let process = try lab.property("MainPID", of: "probe")
        // Four times the watchdog's patience.
        try lab.run("sleep 2")
        #expect(try lab.property("MainPID", of: "probe") == process)
        // It can't take the SIGABRT either that systemd sends first.
        try lab.run("kill -STOP \(process)")
        try lab.wait(until: "[ $(systemctl show --value -p ActiveState probe) = failed ]")
        #expect(try lab.property("Result", of: "probe") == "watchdog")
    }

    @Test("sockets come by name, on both families and for control")
    func activation() throws {
        let lab = try Lab()
        try lab.install([
            "probe.service": Self.service.replacing("%s", with: "30s"),
            "probe.socket": """
            [Socket]
            ListenStream=0.0.0.0:9108
            ListenStream=[::]:9108
            BindIPv6Only=ipv6-only
            FileDescriptorName=listen
            """,
            "probe-control.socket": """
            [Socket]
            ListenStream=/run/probe-control/socket
            FileDescriptorName=control
            Service=probe.service
            """,
        ])
        try lab.run("systemctl start probe.socket probe-control.socket")
        #expect(try lab.property("ActiveState", of: "probe.service") == "inactive")
        try lab.run("exec 3<>/dev/tcp/::1/9108")
        try lab.wait(until: "[ $(systemctl show --value -p ActiveState probe.service) = active ]")
        try lab.wait(until: "systemctl show -p StatusText probe.service | grep -q 'serving .* '")
        let names = try lab.property("StatusText", of: "probe.service").split(separator: " ")
        #expect(names.dropFirst().sorted() == ["control", "listen", "listen"])
    }
}
