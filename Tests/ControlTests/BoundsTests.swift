import Control
import Testing

@Suite("The bounds")
struct BoundsTests {
    private func admits(
        _ owner: ClientCounts.Owner,
        roots: Int = 0,
        services: Int = 0,
        others: Int = 0,
        keeping kept: Int = Bounds.clientsOfService
    ) -> Bool {
        var counts = ClientCounts()
        for _ in 0..<roots { counts.add(.root) }
        for _ in 0..<services { counts.add(.service) }
        for _ in 0..<others { counts.add(.other) }
        return counts.admits(owner, keeping: kept)
    }

    @Test("admit 64 clients, of which 8 only as root")
    func clients() {
        #expect(admits(.other, others: 55, keeping: 0))
        #expect(!admits(.other, others: 56, keeping: 0))
        #expect(admits(.root, others: 56, keeping: 0))
        #expect(admits(.root, roots: 7, others: 56, keeping: 0))
        #expect(!admits(.root, roots: 8, others: 56, keeping: 0))
        // Root may take more than its own, and then others have less.
        #expect(admits(.root, roots: 63, keeping: 0))
        #expect(admits(.other, roots: 63, keeping: 0))
        #expect(!admits(.other, roots: 64, keeping: 0))
        #expect(!admits(.root, roots: 64, keeping: 0))
    }

    @Test("keep a place for the service's own user, whoever else is there")
    func service() {
        #expect(!admits(.other, others: 55))
        #expect(admits(.service, others: 55))
        #expect(!admits(.root, roots: 8, others: 55))
        #expect(admits(.service, roots: 8, others: 55))
        #expect(!admits(.root, roots: 63))
        #expect(admits(.service, roots: 63))
        #expect(!admits(.other, roots: 63))
        // It may take others' places, and has no second one of its own.
        #expect(admits(.service, services: 55))
        #expect(!admits(.service, services: 56))
        #expect(!admits(.service, services: 1, others: 55))
        #expect(admits(.other, services: 1, others: 54))
        #expect(!admits(.other, services: 1, others: 55))
        // Root still has its 8 when the service's is taken.
        #expect(admits(.root, roots: 7, services: 1, others: 55))
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
