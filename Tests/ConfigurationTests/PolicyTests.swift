import Configuration
import ConnectionCore
import Testing

@Suite("The core's policy")
struct PolicyTests {
    @Test("is by default what the configuration is by default")
    func defaults() {
        #expect(Policy(Configuration.standard) == Policy())
    }
}
