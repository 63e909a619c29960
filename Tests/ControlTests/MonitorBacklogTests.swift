import Control
import Testing

@Suite("A monitor's backlog")
struct MonitorBacklogTests {
    private let event: [UInt8] = Array("event".utf8)

    private func missed(in message: [UInt8]?) throws -> UInt64? {
        let reply = try ReplyMessage<Peers.Monitor.Reply>(
            decoding: try #require(message).dropLast()
        )
        #expect(reply.continues)
        guard case .missed(let count) = try reply.result.get().event.content else { return nil }
        return count
    }

    @Test("gives events in their order")
    func order() {
        var backlog = MonitorBacklog()
        for number in 0..<100 as Range<UInt8> { backlog.offer([number], nowUnixUSec: 0) }
        for number in 0..<100 as Range<UInt8> {
            #expect(!backlog.isEmpty)
            #expect(backlog.next(nowUnixUSec: 0) == [number])
        }
        #expect(backlog.isEmpty)
        #expect(backlog.next(nowUnixUSec: 0) == nil)
    }

    @Test("holds 1,024 events, counts what is beyond, and says it in its place")
    func events() throws {
        var backlog = MonitorBacklog()
        for _ in 0..<Bounds.backlogEvents + 7 { backlog.offer(event, nowUnixUSec: 0) }
        for _ in 0..<Bounds.backlogEvents { #expect(backlog.next(nowUnixUSec: 0) == event) }
        #expect(!backlog.isEmpty)
        #expect(try missed(in: backlog.next(nowUnixUSec: 5)) == 7)
        #expect(backlog.isEmpty)
        backlog.offer(event, nowUnixUSec: 0)
        #expect(backlog.next(nowUnixUSec: 0) == event)
    }

    @Test("holds 256 KiB and not a byte more")
    func bytes() throws {
        var backlog = MonitorBacklog()
        let large = [UInt8](repeating: 1, count: Bounds.backlogBytes / 2)
        backlog.offer(large, nowUnixUSec: 0)
        backlog.offer(large, nowUnixUSec: 0)
        backlog.offer([1], nowUnixUSec: 0)
        #expect(backlog.next(nowUnixUSec: 0) == large)
        #expect(backlog.next(nowUnixUSec: 0) == large)
        #expect(try missed(in: backlog.next(nowUnixUSec: 0)) == 1)
    }

    @Test("keeps events again when it is half empty, behind one notice of all that was missed")
    func hysteresis() throws {
        var backlog = MonitorBacklog()
        for _ in 0..<Bounds.backlogEvents { backlog.offer(event, nowUnixUSec: 0) }
        // A client that takes one for each that comes would otherwise get notices only.
        for _ in 0..<Bounds.backlogEvents / 2 {
            backlog.offer(event, nowUnixUSec: 0)
            #expect(backlog.next(nowUnixUSec: 0) == event)
        }
        backlog.offer([9], nowUnixUSec: 3)
        for _ in 0..<Bounds.backlogEvents / 2 { #expect(backlog.next(nowUnixUSec: 0) == event) }
        #expect(try missed(in: backlog.next(nowUnixUSec: 0)) == 512)
        #expect(backlog.next(nowUnixUSec: 0) == [9])
        #expect(backlog.isEmpty)
    }

    @Test("never loses count, whatever the reader's speed", arguments: 0..<8)
    func conservation(_ seed: UInt64) throws {
        var random = Chance(state: seed)
        var backlog = MonitorBacklog()
        var (offered, got) = (UInt64(0), UInt64(0))
        func take() throws {
            let message = backlog.next(nowUnixUSec: 0)
            got += message == nil ? 0 : message == event ? 1 : try missed(in: message) ?? 0
        }
        for _ in 0..<200 {
            for _ in 0..<Int.random(in: 0..<200, using: &random) {
                backlog.offer(event, nowUnixUSec: 0)
                offered += 1
            }
            for _ in 0..<Int.random(in: 0..<190, using: &random) { try take() }
        }
        while !backlog.isEmpty { try take() }
        #expect(offered == got)
    }
}
