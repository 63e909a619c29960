import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("Peers from behind a proxy, or from a loopback that isn't trusted")
struct GateTests {
    private func gate(
        _ number: UInt8 = 1,
        connections: Int? = nil,
        rate: Double = 1,
        burst: Double = 20
    ) -> Gate {
        Gate(number: number, connections: connections, rate: rate, burst: burst)
    }

    @Test(
        "are as many as their listener takes, whatever one host may have",
        arguments: [("127.0.0.1", Arrival.Network.ip), ("127.0.0.1", .onion), ("10.0.0.3", .onion)]
    )
    func connections(proxy: String, network: Arrival.Network) throws {
        let manager = TestManager { $0.limits.perHost = 1 }
        func come(_ port: Int, _ gate: Gate) throws -> ConnectionID {
            try manager.admit(
                "\(proxy):\(port)",
                network: network,
                trustsLoopback: false,
                gate: gate
            )
        }
        let ids = try (1...3).map { try come($0, gate(connections: 3)) }
        let refused = refusal { try come(4, gate(connections: 3)) }
        #expect(refused == .tooManyPerListener(limit: 3))
        #expect(manager.core.refusals[.tooManyPerListener] == 1)
        // Another listener has its own.
        _ = try come(5, gate(2, connections: 1))
        #expect(refusal { try come(6, gate(2, connections: 1)) } != nil)
        // What the proxy's address is dialled for, and who comes from it by itself, is one host.
        let dialled = try manager.connect("\(proxy):9108")
        manager.succeed(dialled)
        #expect(refusal { try manager.connect("\(proxy):9109") } == .tooManyPerHost(limit: 1))
        manager.lose(ids[0])
        _ = try come(7, gate(connections: 3))
        // A limit that was lowered closes nothing.
        #expect(refusal { try come(8, gate(connections: 1)) } == .tooManyPerListener(limit: 1))
        #expect(manager.table.census.limited.inbound == 4)
    }

    @Test("have half of the inbound slots unless it is said how many", arguments: [1, 2, 11, 100])
    func half(slots: Int) throws {
        let manager = TestManager {
            // Beside one feeler.
            $0.limits.connections = slots + 1
            $0.limits.reservedManual = 0
        }
        let half = (slots + 1) / 2
        for port in 1...half {
            try manager.admit("127.0.0.1:\(port)", network: .onion, gate: gate(burst: 1_000))
        }
        #expect(throws: Refusal.tooManyPerListener(limit: half)) {
            try manager.admit("127.0.0.1:9999", network: .onion, gate: gate(burst: 1_000))
        }
        // The other half is for everybody else.
        for number in 0..<(slots - half) { try manager.admit("\(peer(number))") }
        #expect(refusal { try manager.admit("\(peer(500))") } != nil)
    }

    @Test("come as often as their listener says, in floods too")
    func rate() throws {
        let manager = TestManager { $0.inbound.burst = 1 }
        func comes(_ port: Int, _ gate: Gate) -> Bool {
            refusal { try manager.admit("127.0.0.1:\(port)", network: .onion, gate: gate) } == nil
        }
        let gate = gate(connections: 1_000, rate: 2, burst: 20)
        #expect((1...20).allSatisfy { comes($0, gate) })
        #expect(!comes(21, gate) && manager.core.refusals[.rateLimited] == 1)
        #expect(comes(22, self.gate(2)))
        manager.run(for: .milliseconds(500) - .tick)
        #expect(!comes(23, gate))
        manager.run(for: .tick)
        #expect(comes(24, gate) && !comes(25, gate))
        // Nothing refills it: neither other numbers nor what came by other listeners.
        try manager.admit("127.0.0.1:26")
        #expect(!comes(27, self.gate(connections: 1_000, rate: 2, burst: 1_000)))
    }

    @Test("are told by whoever explains what they would meet")
    func explained() throws {
        let manager = TestManager { $0.limits.perHost = 1 }
        let gate = gate(connections: 1, rate: 1, burst: 1)
        let arrival = Arrival(
            remote: address("127.0.0.1:1"),
            local: address("127.0.0.1:9108"),
            trustsLoopback: false,
            gate: gate
        )
        // Asking takes no token.
        for _ in 0..<2 { #expect(manager.core.rules(admitting: arrival, at: manager.now).isEmpty) }
        try manager.admit("127.0.0.1:2", trustsLoopback: false, gate: gate)
        let until = manager.now.wall + .seconds(1)
        #expect(
            manager.core.rules(admitting: arrival, at: manager.now)
                == [.rateLimited(until: until), .tooManyPerListener(limit: 1, count: 1)]
        )
    }

    /// Any user of the machine has 16 million addresses to come from.
    @Test("are one host where a listener is neither trusting nor behind a proxy")
    func localUser() throws {
        let manager = TestManager()
        var admitted = 0
        for second in 0..<60 {
            for host in 0..<20 {
                let remote =
                    host == 0 ? "[::1]:\(second + 1)" : "127.\(second).\(host).1:\(host)"
                if refusal({ try manager.admit(remote, trustsLoopback: false) }) == nil {
                    admitted += 1
                }
            }
            manager.run(for: .seconds(1))
        }
        #expect(admitted == 5)
        #expect(
            manager.core.refusals[.tooManyPerHost] > 0 && manager.core.refusals[.rateLimited] > 0
        )
        #expect(manager.table.connections.allSatisfy { $0.traits.contains(.proxied) })
        // That is all the same to others.
        for number in 0..<100 { try manager.admit("\(peer(number))", trustsLoopback: false) }
    }

    @Test("without a limit of hosts are limited as little")
    func unlimitedHosts() throws {
        let manager = TestManager {
            $0.limits.perHost = 0
            $0.inbound.burst = 50
        }
        for port in 1...50 { try manager.admit("127.0.0.1:\(port)", trustsLoopback: false) }
    }

    @Test("don't count when they are whitelisted")
    func whitelisted() throws {
        let manager = TestManager { $0.limits.whitelist = [prefix("127.0.0.1")] }
        let gate = gate(connections: 1, rate: 0.001, burst: 1)
        for port in 1...5 {
            try manager.admit("127.0.0.1:\(port)", trustsLoopback: false, gate: gate)
        }
        try manager.admit("127.0.0.2:1", trustsLoopback: false, gate: gate)
        #expect(manager.table.count(ofGate: 1) == 1)
    }

    @Test("come by a gate with a number that there is: any other traps", arguments: [0, 255])
    func numbers(number: UInt8) async {
        await #expect(processExitsWith: .failure) { [number] in
            _ = Gate(number: number, connections: nil, rate: 1, burst: 1)
        }
    }
}
