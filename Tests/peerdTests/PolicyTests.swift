import ConnectionCore
import Testing

@testable import peerd

@Suite("The core's policy")
struct PolicyTests {
    @Test("is by default what the configuration is by default")
    func defaults() {
        #expect(Policy(Configuration.standard) == Policy())
    }
}
