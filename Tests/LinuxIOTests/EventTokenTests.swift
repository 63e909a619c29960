import LinuxIO
import Testing

@Suite("An event token")
struct EventTokenTests {
    @Test(
        "gives back its slot and generation",
        arguments: [
            (slot: UInt32(0), generation: UInt32(1)), (7, 1), (.max, .max), (1 << 24, 1 << 31),
        ]
    )
    func roundTrip(slot: UInt32, generation: UInt32) {
        let token = EventToken(slot: slot, generation: generation)
        #expect(token.slot == slot)
        #expect(token.generation == generation)
        #expect(!token.isFixed)
        #expect(token.raw == UInt64(generation) << 32 + UInt64(slot))
    }

    @Test("for a fixed source is no socket's")
    func fixed() {
        let token = EventToken(fixed: 3)
        #expect(token.isFixed)
        #expect(token.slot == 3)
        #expect(token != EventToken(slot: 3, generation: 1))
    }
}
