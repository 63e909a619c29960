import Testing

@testable import peerd

@Suite("Names that wait for a thread of the resolver")
struct LookupQueueTests {
    private typealias Asker = LookupQueue.Asker

    private static func clients(_ count: Int, process: Int32, user: UInt32 = 1) -> [Asker] {
        Array(repeating: .client(process: process, user: user), count: count)
    }

    @Test("have all threads but 4 for retries, 2 more for first attempts, 2 more for newcomers")
    func reserved() {
        let queue = Waiting()
        #expect(queue.asked(Array(repeating: .retry, count: 40), from: 0).count == 28)
        let first = queue.asked(Array(repeating: .firstAttempt, count: 40), from: 100)
        #expect(first == [100, 101])
        #expect(queue.asked(Self.clients(3, process: 1), from: 200) == [200])
        #expect(queue.asked(Self.clients(3, process: 2), from: 300) == [300])
        #expect(queue.asked(Self.clients(1, process: 3), from: 400) == [])
        #expect(queue.underWay == LookupQueue.threads)
        // What comes free goes to the newcomer, whoever waits for longer.
        queue.finish(0)
        #expect(queue.next() == 400)
        #expect(queue.next() == nil)
        for token in UInt64(1)...5 { queue.finish(token) }
        #expect(queue.all() == [201, 202, 301])
    }

    @Test("of one client have at most 8 threads, and of one user 16, its abandoned ones included")
    func clients() {
        let queue = Waiting()
        #expect(queue.asked(Self.clients(20, process: 1), from: 0) == Array(0..<8))
        // It goes away, and comes again with others.
        for token in UInt64(0)..<20 { #expect(queue.remove(token) == (token >= 8)) }
        #expect(queue.asked(Self.clients(20, process: 1), from: 100) == [])
        #expect(queue.asked(Self.clients(20, process: 2), from: 200) == Array(200..<208))
        #expect(queue.asked(Self.clients(1, process: 3), from: 300) == [])
        #expect(queue.asked(Self.clients(1, process: 4, user: 2), from: 400) == [400])
        #expect(queue.asked([.firstAttempt, .retry], from: 500) == [500, 501])
        queue.finish(207)
        #expect(queue.next() == 300)
    }

    @Test("are taken in their order, those of clients first, then first attempts, then retries")
    func order() {
        let queue = Waiting()
        let askers: [Asker] = [.retry, .firstAttempt, .client(process: 1, user: 1)]
        #expect(queue.asked(askers + askers, from: 0) == [2, 5, 1, 4, 0, 3])
    }

    @Test("and can't have one yet come first when one is free")
    func takenBack() {
        for asker in [Asker.retry, .firstAttempt, .client(process: 1, user: 1)] {
            let queue = Waiting()
            for token in UInt64(0)..<2 { #expect(queue.append(token, by: asker)) }
            #expect(queue.next() == 0)
            queue.takeBack(0)
            #expect(queue.underWay == 0 && queue.waiting == 2)
            #expect(queue.next() == 0)
        }
    }

    @Test(
        "of which several ask wait with each of them, and have the first thread that one may have"
    )
    func shared() {
        let queue = Waiting()
        let client = Asker.client(process: 1, user: 1)
        // A client joins a retry that waits behind others.
        for token in UInt64(0)..<3 { #expect(queue.append(token, by: .retry)) }
        #expect(queue.append(2, by: client))
        #expect(queue.append(2, by: client))
        #expect(queue.waiting == 4)
        #expect(queue.next() == 2)
        #expect(queue.waiting == 2)
        // It is the client's thread, and nobody has it twice.
        for token in UInt64(100)..<108 { #expect(queue.append(token, by: client)) }
        for token in UInt64(100)..<107 { #expect(queue.next() == token) }
        // Whoever may have no more doesn't keep others from what they share with him.
        #expect(queue.append(1, by: client))
        #expect(queue.all() == [0, 1])
        #expect(queue.waiting == 1)
        #expect(!queue.remove(1))
    }

    @Test("wait for those who are left, when one of several goes")
    func left() {
        let queue = Waiting()
        let client = Asker.client(process: 1, user: 1)
        for token in UInt64(0)..<2 { #expect(queue.append(token, by: .retry)) }
        #expect(queue.append(1, by: client))
        queue.remove(1, by: client)
        // The last place is nobody's to take away but by the question's end.
        queue.remove(1, by: .retry)
        #expect(queue.all() == [0, 1])
    }

    @Test("are at most 256 retries and 256 others")
    func limit() {
        let queue = Waiting()
        for token in UInt64(0)..<256 {
            #expect(queue.append(token, by: .retry))
            #expect(queue.append(1000 + token, by: .client(process: 1, user: 1)))
        }
        #expect(!queue.append(5000, by: .retry))
        #expect(!queue.append(5000, by: .firstAttempt))
        #expect(!queue.append(5000, by: .client(process: 2, user: 2)))
        #expect(queue.waiting == 512)
        #expect(queue.remove(3))
        #expect(!queue.remove(3))
        #expect(queue.append(5000, by: .retry))
    }
}

/// The queue behind a reference, so that expectations may change it.
private final class Waiting {
    private var queue = LookupQueue()

    var underWay: Int { queue.underWay }
    var waiting: Int { queue.waiting }

    func append(_ token: UInt64, by asker: LookupQueue.Asker) -> Bool {
        queue.append(token, by: asker)
    }

    func remove(_ token: UInt64) -> Bool { queue.remove(token) }
    func remove(_ token: UInt64, by asker: LookupQueue.Asker) { queue.remove(token, by: asker) }
    func next() -> UInt64? { queue.next() }
    func finish(_ token: UInt64) { queue.finish(token) }
    func takeBack(_ token: UInt64) { queue.takeBack(token) }

    /// All that may have a thread now.
    func all() -> [UInt64] {
        var tokens: [UInt64] = []
        while let token = queue.next() { tokens.append(token) }
        return tokens
    }

    /// Appends questions with consecutive tokens, and takes all that may have a thread.
    func asked(_ askers: [LookupQueue.Asker], from first: UInt64) -> [UInt64] {
        for (index, asker) in askers.enumerated() {
            #expect(append(first + UInt64(index), by: asker))
        }
        return all()
    }
}
