import DecredWire
import Testing
import Timing

@testable import peerd

@Suite("What is queued for a peer")
struct SendQueueTests {
    private let start = Instant(nanoseconds: 0)

    @Test("comes in its order, however it is taken", arguments: [1, 3, 7, 64])
    func order(taken: Int) {
        let bytes = (0..<600).map { UInt8(truncatingIfNeeded: $0) }
        var queue = SendQueue(bytes[..<10], at: start)
        var queued = 10
        var sent: [UInt8] = []
        while queue.count > 0 {
            let count = min(taken, queue.count)
            sent += queue.waiting.prefix(count)
            queue.noteSent(count)
            let more = bytes[queued..<min(queued + taken, bytes.count)]
            if !more.isEmpty { queue.append(Array(more)) }
            queued += more.count
        }
        #expect(sent == bytes)
    }

    @Test("has the longer the more it is, counted from its beginning")
    func deadline() {
        let second = [UInt8](repeating: 0, count: WriteDeadline.bytesPerSecond)
        var queue = SendQueue(second[...], at: start)
        #expect(queue.deadline.instant == start + WriteDeadline.grace + .seconds(1))
        queue.noteSent(second.count - 1)
        queue.append(second)
        #expect(queue.count == second.count + 1)
        #expect(queue.deadline.instant == start + WriteDeadline.grace + .seconds(2))
    }
}
