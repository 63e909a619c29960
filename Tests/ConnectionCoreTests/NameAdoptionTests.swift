import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

@Suite("A name and an address of one peer")
struct NameAdoptionTests {
    private let name = "seed.example.org:9108"
    private let other = "other.example.org:9108"
    private let first = "203.0.113.1:9108"
    private let second = "203.0.113.2:9108"

    /// A connection to `first` that we made, in each of the ways in which one is made.
    fileprivate enum Maker: CaseIterable {
        case dialler, `operator`, operatorByName
    }

    private func make(_ maker: Maker, _ manager: TestManager) throws -> ConnectionID {
        let id: ConnectionID
        switch maker {
        case .dialler:
            manager.source.append(address(first))
            manager.run(for: .zero)
            id = try #require(manager.dialing.first)
        case .operator:
            id = try manager.connect(first)
        case .operatorByName:
            id = try manager.connect(other)
            manager.resolve(id, to: [first])
        }
        return id
    }

    private func manager(_ maker: Maker, handshake: Bool = false) -> TestManager {
        TestManager {
            $0.outbound.target = maker == .dialler ? 1 : 0
            $0.handshake.isRequired = handshake
        }
    }

    /// Persistent targets, each with its id.
    private func kept(_ manager: TestManager) -> [String: ConnectionID] {
        var kept: [String: ConnectionID] = [:]
        for connection in manager.connections where connection.isPersistent {
            kept["\(manager.table.target(of: connection))"] = connection.id
        }
        return kept
    }

    @Test(
        "are one: what would be adopted by its address is adopted by its name",
        arguments: Maker.allCases,
        [false, true]
    )
    fileprivate func adopted(maker: Maker, isHandshaking: Bool) throws {
        let manager = manager(maker, handshake: isHandshaking)
        let id = try make(maker, manager)
        manager.succeed(id)
        manager.forgetTrace()
        let named = try manager.addPersistent(name)
        manager.resolve(named, to: [second, first])
        manager.fail(named)
        #expect(kept(manager) == [name: id])
        #expect(manager.table[named] == nil)
        #expect(manager.table[id]?.kind == .manual)
        #expect(manager.table[id]?.isHandshaking == isHandshaking)
        #expect(
            manager.trace.filter { !$0.hasPrefix("nobody") }.suffix(3) == [
                "failed \(named): alreadyConnected(\(id))", "close \(named)", "adopted \(id)",
            ]
        )
        // From here on it is the name that is kept.
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.addPersistent(name) }
        #expect(throws: Refusal.duplicatePersistent(id)) { try manager.addPersistent(first) }
        manager.lose(id)
        manager.run(for: .seconds(5))
        manager.resolve(id, to: [second])
        #expect(manager.table[id]?.remote == address(second))
        try manager.remove(.address(name))
        #expect(kept(manager) == [:])
        manager.run(for: .seconds(60))
    }

    @Test("are one also if the connection was still being dialled when the name was added")
    func pending() throws {
        let manager = TestManager()
        let id = try manager.connect(first)
        let named = try manager.addPersistent(name)
        manager.resolve(named, to: [first])
        #expect(manager.table[named]?.isWaiting == true)
        manager.succeed(id)
        manager.run(for: .seconds(5))
        manager.resolve(named, to: [first])
        #expect(kept(manager) == [name: id])
    }

    @Test("are one also if the name waits, and is connected by its address meanwhile")
    func waiting() throws {
        let manager = TestManager()
        let named = try manager.addPersistent(name)
        manager.resolve(named, to: [first])
        manager.fail(named, .refused)
        let down = try #require(manager.table.persistence(of: named)?.downSince)
        let id = try manager.connect(first)
        manager.succeed(id)
        manager.run(for: .seconds(5))
        manager.resolve(named, to: [first])
        #expect(kept(manager) == [name: id])
        // What was noted of the peer goes with it.
        let persistence = try #require(manager.table.persistence(of: id))
        #expect(persistence.setback?.cause == .failed(.refused))
        #expect(persistence.retries == 1)
        #expect(persistence.downSince == down)
        manager.run(for: .seconds(10))
        #expect(manager.table.persistence(of: id)?.downSince == nil)
    }

    @Test("have one connection, and both stay where both were named to be kept")
    func bothKept() throws {
        for addressFirst in [true, false] {
            let manager = TestManager()
            if !addressFirst { try manager.addPersistent(name) }
            let id = try manager.addPersistent(first)
            if addressFirst { try manager.addPersistent(name) }
            let named = try #require(kept(manager)[name])
            manager.succeed(id)
            manager.resolve(named, to: [first])
            #expect(kept(manager) == [name: named, first: id])
            #expect(manager.table[named]?.isWaiting == true)
            #expect(manager.dials.count == 1)
        }
    }

    @Test("have one connection where two names have one address")
    func twoNames() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(name)
        manager.resolve(id, to: [first])
        manager.succeed(id)
        let second = try manager.addPersistent(other)
        manager.resolve(second, to: [first])
        #expect(manager.table[second]?.isWaiting == true)
        #expect(manager.dials.count == 1)
        // Whoever is left has it.
        try manager.remove(.id(id))
        manager.run(for: .seconds(5))
        manager.resolve(second, to: [first])
        #expect(manager.dials.count == 2)
    }

    @Test("of whom an inbound one came is left alone, as by its address")
    func inbound() throws {
        let manager = TestManager()
        let id = try manager.admit(first)
        #expect(throws: Refusal.alreadyConnected(id)) { try manager.addPersistent(first) }
        let named = try manager.addPersistent(name)
        manager.resolve(named, to: [first, second])
        #expect(manager.table[named]?.remote == address(second))
        #expect(manager.table[id]?.kind == .inbound)
    }

    @Test("are kept as what the operator names, though the connection was made by another name")
    func renamed() throws {
        let manager = TestManager()
        let id = try manager.connect(name)
        manager.resolve(id, to: [first])
        manager.succeed(id)
        #expect(try manager.addPersistent(first) == id)
        #expect(kept(manager) == [first: id])
        manager.lose(id)
        #expect(manager.table[id]?.remote == address(first))
        try manager.remove(.address(first))
        #expect(manager.table.count == 0)
    }

    @Test("are one for a reload too, which drops nothing the next time")
    func reload() throws {
        for (made, configured) in [(name, first), (first, name)] {
            let manager = TestManager()
            let id = try manager.connect(made)
            if made == name { manager.resolve(id, to: [first]) }
            manager.succeed(id)
            #expect(manager.reload(persistent: [configured]).isEmpty)
            if made == first { manager.resolve(try #require(manager.dialing.first), to: [first]) }
            #expect(kept(manager) == [configured: id])
            #expect(manager.table.persistence(of: id)?.origin == .configuration)
            #expect(manager.reload(persistent: [configured]).isEmpty)
            #expect(manager.table[id]?.isOpen == true)
            manager.reload(persistent: [])
            #expect(manager.table.count == 0)
        }
    }

    @Test("aren't taken from an operator by a configuration that names the other one")
    func reloadOfOther() throws {
        let manager = TestManager()
        let id = try manager.addPersistent(name)
        manager.resolve(id, to: [first])
        manager.succeed(id)
        let refused = manager.reload(persistent: [first])
        #expect(refused.map(\.refusal) == [.duplicatePersistent(id)])
        #expect(manager.table.persistence(of: id)?.origin == .runtime)
        manager.reload(persistent: [])
        #expect(kept(manager) == [name: id])
        #expect(manager.table[id]?.isOpen == true)
    }

    @Test("aren't kept by a connect, which only fails")
    func connecting() throws {
        let manager = TestManager()
        let id = try manager.connect(first)
        manager.succeed(id)
        let named = try manager.connect(name)
        manager.resolve(named, to: [first])
        #expect(manager.trace.contains("failed \(named): alreadyConnected(\(id))"))
        #expect(manager.connections.map(\.id) == [id])
        #expect(kept(manager) == [:])
    }
}
