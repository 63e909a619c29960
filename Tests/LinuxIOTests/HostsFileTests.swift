import LinuxIO
import Testing

@Suite("The file of hosts")
struct HostsFileTests {
    private static let hosts = Array(
        """
        # a comment
        127.0.0.1 localhost loop.example\tAlias # trailing.example
        ::1\tlocalhost
        127.0.0.1 localhost
          10.0.0.7   web.1 my_node_1\r
        10.0.0.8 web.1
        10.0.0.8
        nonsense bad.example
        fe80::1%lo linked.example
        ::ffff:10.0.0.9 mapped.example
        10.0.0.10 dotted.example.
        """.utf8
    )

    @Test(
        "has the addresses of all lines with the name, in their order and each once",
        arguments: [
            ("localhost", ["127.0.0.1:7", "[::1]:7"]), ("LOCALHOST", ["127.0.0.1:7", "[::1]:7"]),
            ("alias", ["127.0.0.1:7"]), ("web.1", ["10.0.0.7:7", "10.0.0.8:7"]),
            ("my_node_1", ["10.0.0.7:7"]), ("mapped.example", ["10.0.0.9:7"]),
            ("dotted.example.", ["10.0.0.10:7"]), ("dotted.example", []), ("trailing.example", []),
            ("bad.example", []), ("linked.example", []), ("loop", []), ("10.0.0.8", []), ("", []),
            ("127.0.0.1", []),
        ]
    )
    func addresses(name: String, expected: [String]) {
        let found = HostsFile.addresses(of: name, port: 7, in: Self.hosts)
        #expect(found.map(\.description) == expected)
    }

    @Test("keeps no more addresses of a name than an answer may have")
    func limit() {
        let hosts = (0..<200).map { "10.0.0.\($0) many\n" }.joined()
        let found = HostsFile.addresses(of: "many", port: 1, in: Array(hosts.utf8))
        #expect(found.count == DistinctAddresses.limit)
    }

    @Test(
        "comes first where nsswitch.conf says so, and a success ends the search",
        arguments: [
            ("hosts: files dns", true), ("hosts:files", true), ("hosts:\tfiles\tdns\r\n", true),
            ("passwd: files\n  hosts :  files # dns", true), ("hosts: dns files", false),
            ("hosts: files [NOTFOUND=return] dns", true),
            ("hosts: files [ !UNAVAIL=return ]", true),
            ("hosts: files [SUCCESS=continue] dns", false),
            ("hosts: files [success=merge] dns", false),
            ("hosts: files mdns4 [success=continue]", true),
            ("hosts: files [ SUCCESS=merge ]", false),
            ("hosts: mymachines files", false), ("hosts: db\nhosts: files", false),
            ("hosts:", false),
            ("#hosts: files", false), ("ghosts: files", false), ("", false), ("files", false),
        ]
    )
    func services(text: String, isFirst: Bool) {
        #expect(HostsFile.comesFirst(in: Array(text.utf8)) == isFirst)
    }
}
