import ConnectionCore
import Control
import Testing

@Suite("What is trouble")
struct TroubleTests {
    /// Core and interface don't know each other, so that each has the number.
    @Test("to the core is trouble to clients")
    func numbers() {
        #expect(Peers.Setback.hangUpsToExplain == Int(Setback.hangUpsToReport))
        #expect(Peers.ServiceStatus.longestAbsence == Patience.limit)
    }
}
