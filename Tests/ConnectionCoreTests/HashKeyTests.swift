import Addressing
import ConnectionCore
import Testing
import Timing

@Suite("The key of the indexes")
struct HashKeyTests {
    /// What peers can watch of a core: when it dials again, and whom.
    private func watched(seed: UInt64, hashKey: UInt64?) throws -> [String] {
        let manager = TestManager(seed: seed, hashKey: hashKey)
        let id = try manager.addPersistent("203.0.113.7:9108")
        for _ in 0..<20 {
            manager.fail(id)
            while manager.dialing.isEmpty { manager.run(for: .seconds(1)) }
        }
        return manager.dials.map { "\($0.at.nanoseconds)" }
    }

    @Test("shows in nothing that peers can watch, which the seed alone decides")
    func apart() throws {
        let first = try watched(seed: 7, hashKey: 1)
        #expect(try watched(seed: 7, hashKey: 2) == first)
        #expect(try watched(seed: 7, hashKey: nil) == first)
        #expect(try watched(seed: 8, hashKey: 1) != first)
    }
}
