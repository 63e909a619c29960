import DecredWire
import Testing

@Suite("The nonces of our dials")
struct LiveDialsTests {
    @Test("lead to the dial while it is alive")
    func lookup() {
        var dials = LiveDials()
        dials.insert(nonce: 10, of: 1)
        dials.insert(nonce: 20, of: 2)
        #expect(dials.dial(withNonce: 10) == 1)
        #expect(dials.dial(withNonce: 30) == nil)
        dials.remove(nonce: 10)
        dials.remove(nonce: 10)
        #expect(dials.dial(withNonce: 10) == nil)
        #expect(dials.count == 1)
    }

    @Test("are never the same twice: that traps")
    func twice() async {
        await #expect(processExitsWith: .failure) {
            var dials = LiveDials()
            dials.insert(nonce: 10, of: 1)
            dials.insert(nonce: 10, of: 2)
        }
    }
}
