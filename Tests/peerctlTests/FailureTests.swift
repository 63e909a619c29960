import Addressing
import Control
import Facts
import LinuxIO
import Testing
import Timing

@testable import peerctl

@Suite("A failure")
struct FailureTests {
    @Test("of every kind says why in one line, and in a few more what to do")
    func allKinds() {
        for cause in Examples.causes {
            for method in Method.allCases {
                let lines = CommandFailure.answered(.peers(cause), message: []).lines(
                    purpose: "do it",
                    method: method,
                    of: Instance(),
                    seenFrom: Examples.viewpoint
                ).plain
                #expect(lines[0].hasPrefix("peerctl: cannot do it: "), "\(lines)")
                #expect(lines[0].count > "peerctl: cannot do it: ".count)
                #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") })
            }
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var failure: CommandFailure
        var method = Method.connect
        var instance = Instance()
        var status: Int32
        var lines: [String]
        var testDescription: String { lines[0] }
    }

    private static let tenNetwork = Prefix(IPAddress(v4: 0x0a00_0000), length: 104)

    private static func id(_ number: UInt64) -> ConnectionID {
        ConnectionID(number: number, slot: 0)
    }

    private static func answered(_ refusal: Refusal) -> CommandFailure {
        .answered(.peers(.refused(refusal)), message: [])
    }

    @Test(
        "says what to do next, with the command that does it",
        arguments: [
            Case(
                failure: answered(.alreadyConnected(id(7))),
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: already connected (id: 7)",
                    "  'peerctl disconnect 7' closes that connection.",
                ]
            ),
            Case(
                failure: answered(.banned(tenNetwork, until: WallTime(microseconds: Examples.now))),
                instance: Instance(name: "testnet"),
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: "
                        + "banned with 10.0.0.0/8 until 2026-01-01 00:00:00",
                    "  'peerctl -i testnet unban 10.0.0.0/8' lifts the ban.",
                ]
            ),
            Case(
                failure: answered(.duplicatePersistent(id(3))),
                instance: Instance(socket: "/run/x"),
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: already persistent (id: 3)",
                    "  'peerctl --socket /run/x remove 3' ends it for good.",
                ]
            ),
            Case(
                failure: .unreachable(path: "/run/x", SystemError(.connect, 111)),
                instance: Instance(socket: "/run/x", isInherited: true),
                status: 3,
                lines: [
                    "peerctl: cannot reach the daemon at /run/x: connection refused (ECONNREFUSED)",
                    "  Is the daemon running, and is this its control socket?",
                ]
            ),
            Case(
                failure: .answered(.peers(.failed(.refused)), message: []),
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: connection refused",
                    "  'peerctl connect ADDRESS --persistent' goes on trying.",
                ]
            ),
            Case(
                failure: answered(.unsupportedAddress("x:0", reason: "'x:0' is odd")),
                status: 1,
                lines: ["peerctl: cannot connect to a:1: 'x:0' is odd"]
            ),
            Case(
                failure: answered(.unsupportedAddress("10.0.0.1/8", reason: nil)),
                method: .ban,
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: '10.0.0.1/8' is not an address or prefix",
                    "  Expected an address or a prefix with no bits behind its length, "
                        + "such as 198.51.100.0/24.",
                ]
            ),
            Case(
                failure: answered(.notFound),
                method: .unban,
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: there is no such ban",
                    "  'peerctl bans' shows the bans; the prefix must be exactly one of them.",
                ]
            ),
            Case(
                failure: answered(
                    .configurationRejected(problems: ["f:1:2: bad", "f:9:1: worse"])
                ),
                method: .reload,
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: the configuration is wrong",
                    "  f:1:2: bad",
                    "  f:9:1: worse",
                    "  Nothing has changed. Mend the file, and 'peerctl reload' again.",
                ]
            ),
            Case(
                failure: .answered(.service(.permissionDenied), message: []),
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: you may look, but not change anything",
                    "  Be root, or join the group that control.write-group of the configuration "
                        + "names.",
                ]
            ),
            Case(
                failure: .answered(.unknown(name: "org.peerd.Peers.Tired"), message: []),
                status: 1,
                lines: [
                    "peerctl: cannot connect to a:1: org.peerd.Peers.Tired",
                    "  The daemon is newer than peerctl: upgrade both.",
                ]
            ),
            Case(
                failure: .unreachable(path: "/run/x", SystemError(.connect, 2)),
                instance: Instance(name: "testnet"),
                status: 3,
                lines: [
                    "peerctl: cannot reach the daemon at /run/x: "
                        + "no such file or directory (ENOENT)",
                    "  Is the daemon running? systemctl status peerd@testnet",
                ]
            ),
            Case(
                failure: .unreachable(path: "/run/x", SystemError(.connect, 13)),
                status: 3,
                lines: [
                    "peerctl: cannot reach the daemon at /run/x: permission denied (EACCES)",
                    "  Be root, or join the group of the socket, peerd as installed: "
                        + "adduser NAME peerd",
                ]
            ),
            Case(
                failure: .connectionLost,
                status: 3,
                lines: [
                    "peerctl: the daemon has closed the connection before it had answered",
                    "  Is it still running? systemctl status peerd",
                    "  It closes those that come when 64 clients are there.",
                ]
            ),
            Case(
                failure: .noAnswer(after: .seconds(30)),
                status: 3,
                lines: [
                    "peerctl: the daemon doesn't answer for 30 s",
                    "  Is it stopped, or the machine overloaded? systemctl status peerd",
                ]
            ),
            Case(
                failure: .noAnswer(after: .seconds(25)),
                method: .reload,
                instance: Instance(name: #"a\x2db"#),
                status: 3,
                lines: [
                    "peerctl: the daemon doesn't answer for 25 s",
                    #"  Is it stopped, or the machine overloaded? systemctl status peerd@a\x2db"#,
                    #"  Or its disk is slow: 'peerctl -i 'a\x2db'' says what came of the reload."#,
                ]
            ),
        ]
    )
    func advice(_ example: Case) {
        let lines = example.failure.lines(
            purpose: "connect to a:1",
            method: example.method,
            of: example.instance,
            seenFrom: Examples.viewpoint
        )
        #expect(lines.plain == example.lines)
        #expect(example.failure.exitStatus == example.status)
    }

    @Test("of the varlink service says why and what to do")
    func service() {
        for name in Service.Failure.Name.allCases {
            let failure: Service.Failure =
                switch name {
                case .interfaceNotFound: .interfaceNotFound("a.b")
                case .methodNotFound: .methodNotFound("a.b.C")
                case .methodNotImplemented: .methodNotImplemented("a.b.C")
                case .invalidParameter: .invalidParameter("c")
                case .permissionDenied: .permissionDenied
                case .expectedMore: .expectedMore
                }
            #expect(!failure.text.isEmpty)
            #expect(!failure.advice(of: Instance()).isEmpty)
        }
    }
}
