import Glibc
import Testing

@Suite("Inherited sockets")
struct InheritedSocketTests {
    /// An open socket with a number that no child is given by accident.
    private static func makeSocket(_ family: CInt) throws -> CInt {
        let number = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        try #require(number >= 0)
        defer { close(number) }
        // F_DUPFD_CLOEXEC, which Swift's Glibc module lacks.
        let moved = fcntl(number, 1030, 100)
        try #require(moved >= 100)
        return moved
    }

    struct Case: CustomTestStringConvertible {
        let environment: String
        let output: String?
        var testDescription: String { environment }
    }

    @Test(
        "come with their names, once, and are kept from children",
        arguments: [
            Case(
                environment: "LISTEN_PID=$$ LISTEN_FDS=3 LISTEN_FDNAMES=listen:listen:control",
                output: """
                    listen 3 kept ipv4
                    listen 4 kept ipv6
                    control 5 kept unix
                    again: 0
                    left: 

                    """
            ),
            Case(
                environment: "LISTEN_PID=$$ LISTEN_FDS=1",
                output: "unknown 3 kept ipv4\nagain: 0\nleft: \n"
            ),
            Case(environment: "", output: "again: 0\nleft: \n"),
            // Meant for somebody else: a parent that passed its environment on.
            Case(environment: "LISTEN_PID=1 LISTEN_FDS=3", output: "again: 0\nleft: \n"),
            Case(environment: "LISTEN_PID=$$ LISTEN_FDS=0", output: nil),
            Case(environment: "LISTEN_PID=$$ LISTEN_FDS=many", output: nil),
            Case(environment: "LISTEN_PID=$$ LISTEN_FDS=-1", output: nil),
            // The fourth isn't open.
            Case(environment: "LISTEN_PID=$$ LISTEN_FDS=4", output: nil),
            Case(environment: "LISTEN_PID=$$ LISTEN_FDS=3 LISTEN_FDNAMES=one:two", output: nil),
        ]
    )
    func named(_ example: Case) throws {
        let sockets = try [AF_INET, AF_INET6, AF_UNIX].map(Self.makeSocket)
        defer { for number in sockets { close(number) } }
        let result = try Probe.run(
            "inherited",
            environment: example.environment,
            passing: sockets
        )
        if let output = example.output {
            #expect(result.output == output)
            #expect(result.status == 0)
        } else {
            #expect(result.status != 0)
        }
    }
}
