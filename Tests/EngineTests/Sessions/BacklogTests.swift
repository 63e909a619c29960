import DecredWire
import Testing
import Timing

@testable import Engine

@Suite("What a peer hasn't taken yet")
struct BacklogTests {
    private let start = Instant(nanoseconds: 0)

    @Test("has the longer the more it is, counted from its beginning")
    func deadline() {
        let second = WriteDeadline.bytesPerSecond
        var backlog = Backlog(second, at: start)
        #expect(backlog.deadline.instant == start + WriteDeadline.grace + .seconds(1))
        backlog.noteTaken(second - 1)
        backlog.add(second)
        #expect(backlog.count == second + 1)
        #expect(backlog.deadline.instant == start + WriteDeadline.grace + .seconds(2))
    }
}
