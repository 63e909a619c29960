import Testing

@testable import peerd

@Suite("What waits to be sent to a peer")
struct SendQueueTests {
    @Test("comes in its order, however it is taken", arguments: [1, 3, 7, 64])
    func order(taken: Int) {
        let bytes = (0..<600).map { UInt8(truncatingIfNeeded: $0) }
        var queue = SendQueue(bytes[..<10])
        var queued = 10
        var sent: [UInt8] = []
        while queue.count > 0 {
            let count = min(taken, queue.count)
            sent += queue.waiting.prefix(count)
            queue.noteSent(count)
            let more = bytes[queued..<min(queued + taken, bytes.count)]
            if !more.isEmpty { queue.append(more) }
            queued += more.count
        }
        #expect(sent == bytes)
    }
}
