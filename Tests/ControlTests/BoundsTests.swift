import Control
import Testing

@Suite("The bounds")
struct BoundsTests {
    @Test("admit 64 clients, of which 8 only as root")
    func clients() {
        #expect(Bounds.admitsClient(isRoot: false, roots: 0, others: 55))
        #expect(!Bounds.admitsClient(isRoot: false, roots: 0, others: 56))
        #expect(Bounds.admitsClient(isRoot: true, roots: 0, others: 56))
        #expect(Bounds.admitsClient(isRoot: true, roots: 7, others: 56))
        #expect(!Bounds.admitsClient(isRoot: true, roots: 8, others: 56))
        // Root may take more than its own, and then others have less.
        #expect(Bounds.admitsClient(isRoot: true, roots: 63, others: 0))
        #expect(Bounds.admitsClient(isRoot: false, roots: 63, others: 0))
        #expect(!Bounds.admitsClient(isRoot: false, roots: 64, others: 0))
        #expect(!Bounds.admitsClient(isRoot: true, roots: 64, others: 0))
    }

    @Test("let the longest rows into one message")
    func rows() {
        // The longest texts: a name of 253 bytes with its port, and a resolver's words.
        let name = String(repeating: "a", count: 253) + ":65535"
        var connection = Samples.connections[Samples.connections.count - 1]
        (connection.target, connection.remote, connection.local) = (name, name, name)
        let rows = Array(repeating: connection, count: Bounds.rowsPerReply)
        var bytes: [UInt8] = []
        Peers.List.Reply(connections: rows).encode(into: &bytes)
        #expect(bytes.count < 96 << 10)
        // Explain has as many connections, and findings beside them.
        #expect(2 * bytes.count < Bounds.messageBytes)
    }
}
