import Foundation
import Glibc
import Testing

@Suite("The units")
struct UnitTests {
    private static func lines(of unit: String) throws -> [String] {
        try String(contentsOfFile: "\(Lab.units)/\(unit)", encoding: .utf8)
            .split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    @Test("of the service and of its template differ only in what belongs to an instance")
    func template() throws {
        let service = try Self.lines(of: "peerd.service")
        let template = try Self.lines(of: "peerd@.service")
        let different = zip(service, template).filter { $0 != $1 }
        #expect(service.count == template.count)
        #expect(
            different.map(\.1) == [
                "Description=Peer connection daemon, network %i",
                "ExecStart=/usr/bin/peerd --config /etc/peerd/%i.toml",
                "ExecReload=/usr/bin/peerctl -i %i reload",
                "StateDirectory=peerd-%i",
                "RuntimeDirectory=peerd-%i",
                "NoExecPaths=%S/peerd-%i %t/peerd-%i",
            ]
        )
    }

    @Test(
        "expose at most 1.0 of 10",
        .enabled(
            if: access("/usr/bin/systemd-analyze", X_OK) == 0,
            "not run: needs systemd-analyze, of Debian's systemd"
        ),
        arguments: ["peerd.service", "peerd@.service"]
    )
    func exposure(unit: String) throws {
        // The threshold is in tenths.
        let result = try Probe.run([
            "/usr/bin/systemd-analyze", "security", "--no-pager", "--offline=true",
            "--threshold=10", "\(Lab.units)/\(unit)",
        ])
        #expect(result.status == 0, "\(result.output.suffix(200))")
    }

    @Test(
        "let the service do its work under all of the hardening",
        .enabled(if: Lab.obstacle == nil, Lab.obstacle)
    )
    func hardened() throws {
        let lab = try Lab()
        try lab.run(
            """
            systemd-sysusers /units/peerd.sysusers
            systemd-tmpfiles --create /units/peerd.tmpfiles
            cp /units/*.service /units/*.socket /etc/systemd/system/
            cp /probe/systemd-probe /usr/bin/peerd
            ln -s peerd /usr/bin/peerctl
            echo 127.0.0.1 node.test >>/etc/hosts
            systemctl daemon-reload
            """
        )
        try lab.run("systemd-analyze verify --man=no peerd.service peerd@a.service peerd.socket")
        // The service's commands are the probe's, which needs its toolchain's libraries and is told
        // to reload by a signal; everything else stays as it is.
        let commands = "/etc/systemd/system/peerd.service.d/probe.conf"
        try lab.run(
            """
            mkdir \(commands.dropLast(11))
            printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/peerd serve\\nExecReload=\\n' >\(commands)
            printf 'NoExecPaths=\\nExecPaths=\\nSystemCallFilter=kill\\n' >>\(commands)
            for verb in stream journal "resolve node.test localhost"; do
                printf 'ExecStartPost=/usr/bin/peerd %s\\n' "$verb" >>\(commands)
            done
            printf 'ExecReload=/bin/kill -HUP $MAINPID\\n' >>\(commands)
            systemctl daemon-reload
            """
        )
        try lab.run("systemctl start peerd.socket peerd-control.socket peerd.service")
        let output = try lab.run(
            "journalctl --sync; journalctl -u peerd -t peerd -o cat -p info..info"
        )
        #expect(
            output == """
                journal
                sent
                sent
                sent
                node.test resolved
                localhost resolved

                """
        )
        let status = try lab.property("StatusText", of: "peerd")
        #expect(
            status.split(separator: " ").sorted() == ["control", "listen", "listen", "serving"]
        )
        try lab.run("systemctl reload peerd")
        try lab.wait(until: "systemctl show -p StatusText peerd | grep -q 'reloaded 1'")
        let socket = try lab.run("stat --format='%A %U %G' /run/peerd-control/socket")
        #expect(socket == "srw-rw---- root peerd\n")
        try lab.run("systemctl stop peerd.socket peerd.service")
        #expect(try lab.property("Result", of: "peerd") == "success")
        // The control socket outlives the service.
        try lab.run("test -S /run/peerd-control/socket")
    }
}
