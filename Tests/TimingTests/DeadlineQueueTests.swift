import Testing
import Timing

@Suite("The deadline queue")
struct DeadlineQueueTests {
    @Test("is empty at first")
    func empty() {
        var queue = DeadlineQueue()
        #expect(queue.earliest == nil)
        #expect(queue.count == 0)
        #expect(!queue.isMostlyStale(live: 0))
        #expect(queue.popDue(at: .distantFuture) == nil)
    }

    @Test("gives what is due and nothing before its time")
    func due() {
        var queue = DeadlineQueue()
        queue.schedule(1, at: Instant(nanoseconds: 10))
        queue.schedule(2, at: Instant(nanoseconds: 20))
        #expect(queue.earliest == Instant(nanoseconds: 10))
        #expect(queue.popDue(at: Instant(nanoseconds: 9)) == nil)
        #expect(queue.popDue(at: Instant(nanoseconds: 10)) == entry(10, 1))
        #expect(queue.earliest == Instant(nanoseconds: 20))
        #expect(queue.popDue(at: Instant(nanoseconds: 19)) == nil)
        #expect(queue.popDue(at: Instant(nanoseconds: 1_000)) == entry(20, 2))
        #expect(queue.count == 0)
    }

    @Test("gives entries by time, at the same time by owner, however they came", arguments: 0..<20)
    func order(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var queue = DeadlineQueue()
        var expected: [DeadlineQueue.Entry] = []
        for _ in 0..<200 {
            // Few times and owners, so that there are many ties and repetitions.
            let new = entry(Int64(random.number(below: 20)), UInt64(random.number(below: 10)))
            queue.schedule(new.owner, at: new.at)
            expected.append(new)
        }
        expected.sort { ($0.at, $0.owner) < ($1.at, $1.owner) }
        #expect(drained(&queue) == expected)
    }

    @Test("keeps an owner's earlier entry until it is popped")
    func stale() {
        var queue = DeadlineQueue()
        queue.schedule(1, at: Instant(nanoseconds: 10))
        queue.schedule(1, at: Instant(nanoseconds: 30))
        #expect(queue.count == 2)
        // Somebody is woken in vain.
        #expect(queue.earliest == Instant(nanoseconds: 10))
        #expect(queue.popDue(at: Instant(nanoseconds: 10)) == entry(10, 1))
        #expect(queue.earliest == Instant(nanoseconds: 30))
    }

    @Test(
        "is mostly stale from 64 stale entries on, if they outnumber the live ones",
        arguments: [
            (63, 63, false), (64, 63, false), (64, 64, true), (127, 64, true), (128, 64, false),
            (200, 100, false), (200, 101, true),
        ]
    )
    func mostlyStale(count: Int, stale: Int, isMostlyStale: Bool) {
        var queue = DeadlineQueue()
        for owner in 0..<count {
            queue.schedule(UInt64(owner), at: Instant(nanoseconds: Int64(owner)))
        }
        #expect(queue.isMostlyStale(live: count - stale) == isMostlyStale)
    }

    @Test("keeps the live entries when it is rebuilt, in their order")
    func rebuild() {
        var queue = DeadlineQueue()
        for owner in (UInt64(0)..<100).reversed() {
            queue.schedule(owner, at: Instant(nanoseconds: Int64(owner % 7)))
        }
        #expect(queue.isMostlyStale(live: 30))

        queue.rebuild { $0.owner % 10 < 3 }
        #expect(queue.count == 30)
        #expect(!queue.isMostlyStale(live: 30))
        let rest = drained(&queue)
        #expect(rest == rest.sorted())
        #expect(Set(rest.map(\.owner)) == Set((UInt64(0)..<100).filter { $0 % 10 < 3 }))
    }

    @Test("counts a deadline that was moved and moved back once when it is rebuilt")
    func movedAndMovedBack() {
        var queue = DeadlineQueue()
        for time: Int64 in [10, 20, 10] { queue.schedule(1, at: Instant(nanoseconds: time)) }
        queue.rebuild { $0 == entry(10, 1) }
        #expect(queue.count == 1)
        #expect(queue.popDue(at: Instant(nanoseconds: 10)) == entry(10, 1))
        #expect(queue.popDue(at: .distantFuture) == nil)
    }

    @Test("is empty when nothing was live")
    func rebuildToNothing() {
        var queue = DeadlineQueue()
        queue.schedule(1, at: Instant(nanoseconds: 1))
        queue.rebuild { _ in false }
        #expect(queue.count == 0)
        #expect(queue.earliest == nil)
    }

    /// What an owner of many deadlines does: each move makes an entry stale, and the owner's own
    /// deadline says which entry is live. Nothing is lost, and memory stays bounded.
    @Test("loses no deadline and stays small under its owner's discipline", arguments: 0..<10)
    func discipline(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var queue = DeadlineQueue()
        var deadlines: [UInt64: Instant] = [:]
        for step in 0..<5_000 {
            let now = Instant(nanoseconds: Int64(step))
            let owner = UInt64(random.number(below: 50))
            let wanted = now + .nanoseconds(1 + random.number(below: 500))
            deadlines[owner] = wanted
            queue.schedule(owner, at: wanted)

            while let due = queue.popDue(at: now) {
                if deadlines[due.owner] == due.at { deadlines[due.owner] = nil }
            }
            if queue.isMostlyStale(live: deadlines.count) {
                queue.rebuild { deadlines[$0.owner] == $0.at }
            }

            #expect(deadlines.values.allSatisfy { $0 > now })
            #expect(queue.count >= deadlines.count)
            #expect(queue.count <= 2 * deadlines.count + 64)
        }
    }

    @Test("takes 16 bytes for an entry with an owner of 8")
    func size() {
        #expect(MemoryLayout<DeadlineQueue.Entry>.size == 16)
    }

    private func entry(_ nanoseconds: Int64, _ owner: UInt64) -> DeadlineQueue.Entry {
        DeadlineQueue.Entry(at: Instant(nanoseconds: nanoseconds), owner: owner)
    }

    private func drained(_ queue: inout DeadlineQueue) -> [DeadlineQueue.Entry] {
        var entries: [DeadlineQueue.Entry] = []
        while let next = queue.popDue(at: .distantFuture) { entries.append(next) }
        return entries
    }
}
