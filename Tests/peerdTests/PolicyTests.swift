import ConnectionCore
import Control
import Testing

@testable import peerd

@Suite("The core's policy")
struct PolicyTests {
    @Test("is by default what the configuration is by default")
    func defaults() {
        #expect(Policy(Configuration.standard) == Policy())
    }

    /// Core and interface don't know each other, so that each has the number.
    @Test("calls a peer's behaviour trouble when clients do")
    func trouble() {
        #expect(Peers.Setback.hangUpsToExplain == Int(Setback.hangUpsToReport))
        #expect(Peers.ServiceStatus.longestAbsence == Patience.limit)
    }
}
