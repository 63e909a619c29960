import Addressing
import ConfigurationFixtures

/// Files that the daemon sees in the places of the machine's, a name server on loopback that
/// answers for some names only, and a peer that all names lead to.
struct NameSurroundings: ~Copyable {
    private let directory: ConfigurationDirectory
    private let server: NameServer
    /// Whom `kept.example` leads to, by the file of hosts, and whom `alive.example`, by the
    /// server.
    let kept: LoopbackListener
    let alive: LoopbackListener
    let wrapper: [String]

    /// `number` is for `Loopback.host`; the next one is taken too.
    init(_ number: UInt8) throws {
        let directory = try ConfigurationDirectory()
        let kept = try LoopbackListener(Loopback.address(number))
        let alive = try LoopbackListener(Loopback.address(number + 1))
        let server = try NameServer(at: Loopback.address(number), answering: alive.remote)
        guard let host = kept.remote.ip else { throw Failure("no address") }
        let wrapper = Namespace.withNames(
            hosts: try directory.write("\(host) kept.example\n", to: "hosts"),
            resolver: try directory.write(server.resolverConfiguration, to: "resolv.conf"),
            services: try directory.write("hosts: files dns\n", to: "nsswitch.conf")
        )
        self.directory = directory
        self.server = server
        self.wrapper = wrapper
        self.kept = kept
        self.alive = alive
    }

    var keptPeer: String { "kept.example:\(kept.remote.port)" }
    var alivePeer: String { "alive.example:\(alive.remote.port)" }
}
