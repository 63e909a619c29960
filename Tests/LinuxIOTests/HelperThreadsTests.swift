import Glibc
import LinuxIO
import Testing

@Suite("Helper threads")
struct HelperThreadsTests {
    /// The next reply, once there is one.
    private static func reply<Request, Reply>(
        from threads: inout HelperThreads<Request, Reply>
    ) throws -> Reply {
        let news = try threads.withDescriptor { descriptor throws(any Error) in
            try Loopback.news(of: descriptor, .read)
        }
        try #require(news != nil)
        let reply = threads.receive()
        return try #require(reply)
    }

    @Test("answer each request once, one thread in the order of asking")
    func answers() throws {
        var threads = try HelperThreads<Int, [Int]>(count: 1, limit: 100, name: "test") {
            // Made on the thread and never seen elsewhere, so it may be anything.
            var sum = 0
            return { number in
                sum += number
                return [number, sum]
            }
        }
        let early = threads.receive()
        #expect(early == nil)
        for number in 1...100 {
            let taken = threads.send(number)
            #expect(taken)
        }
        for number in 1...100 {
            let reply = try Self.reply(from: &threads)
            #expect(reply == [number, number * (number + 1) / 2])
        }
        #expect(threads.waiting == 0)
    }

    @Test("take no more than the limit, whether they are done with them or not")
    func limit() throws {
        let limit = HelperThreads<Int, Int>.highestLimit
        var threads = try HelperThreads<Int, Int>(count: 2, limit: limit, name: "test") { { $0 } }
        for number in 0..<limit {
            let taken = threads.send(number)
            #expect(taken)
        }
        var taken = threads.send(-1)
        #expect(!taken)
        var seen: Set<Int> = [try Self.reply(from: &threads)]
        taken = threads.send(limit)
        #expect(taken)
        for _ in 0..<limit { seen.insert(try Self.reply(from: &threads)) }
        #expect(seen == Set(0...limit))
    }

    @Test("go on while one of them is stuck")
    func stuck() throws {
        let gate = Gate()
        var threads = try HelperThreads<Int, Int>(count: 2, limit: 10, name: "test") {
            { number in
                if number == 0 { gate.wait() }
                return number
            }
        }
        for number in 0..<10 { _ = threads.send(number) }
        for number in 1..<10 {
            let reply = try Self.reply(from: &threads)
            #expect(reply == number)
        }
        gate.open()
        let last = try Self.reply(from: &threads)
        #expect(last == 0)
    }

    @Test("may come and go while there are requests, which wait where there is none")
    func onDemand() throws {
        var threads = try HelperThreads<Int, Int>(count: 0, limit: 10, name: "test") {
            // Each thread has its own.
            var served = 0
            return { _ in
                served += 1
                return served
            }
        }
        _ = threads.send(0)
        let early = threads.receive()
        #expect(early == nil)
        try threads.start()
        var reply = try Self.reply(from: &threads)
        #expect(reply == 1)
        _ = threads.send(0)
        threads.endOne()
        reply = try Self.reply(from: &threads)
        #expect(reply == 2)
        let count = threads.count
        #expect(count == 0)
        // The end was behind the request, and before this one: whichever of the two threads takes
        // it, the other one serves.
        _ = threads.send(0)
        try threads.start()
        reply = try Self.reply(from: &threads)
        #expect(reply == 1 || reply == 3)
    }

    @Test("let go of everything when they are dropped, done or not")
    func dropping() throws {
        let gate = Gate()
        let witnesses = Gate()
        do {
            var threads = try HelperThreads<Witness, Witness>(count: 2, limit: 10, name: "test") {
                { witness in
                    if witness.number < 2 { gate.wait() }
                    return witness
                }
            }
            for number in 0..<10 { _ = threads.send(Witness(number, reportingTo: witnesses)) }
        }
        // Both threads are stuck, and nobody will ever take their replies.
        gate.open()
        for _ in 0..<10 { witnesses.wait() }
    }

    @Test("get no signal, and leave their maker's alone")
    func signals() throws {
        // The test runner's threads block it already; its default is to do nothing.
        var harmless = sigset_t()
        var original = sigset_t()
        sigemptyset(&harmless)
        sigaddset(&harmless, SIGWINCH)
        pthread_sigmask(SIG_UNBLOCK, &harmless, &original)
        defer { pthread_sigmask(SIG_SETMASK, &original, nil) }
        let before = Self.blockedSignals()
        #expect(!before.contains(SIGWINCH))
        var threads = try HelperThreads<Int, Bool>(count: 1, limit: 1, name: "test") {
            { _ in
                let process = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD, SIGPIPE, SIGWINCH]
                return Self.blockedSignals().isSuperset(of: process)
            }
        }
        _ = threads.send(0)
        let allBlocked = try Self.reply(from: &threads)
        #expect(allBlocked)
        #expect(Self.blockedSignals() == before)
    }

    @Test("are known by their name")
    func names() throws {
        var threads = try HelperThreads<Int, [UInt8]>(count: 1, limit: 1, name: "fifteen letters") {
            { _ in
                let file = FileDescriptor(owning: open("/proc/thread-self/comm", O_RDONLY))
                var name = [UInt8](repeating: 0, count: 32)
                let count = read(file.number, &name, name.count)
                return Array(name[..<max(count, 0)])
            }
        }
        _ = threads.send(0)
        let name = try Self.reply(from: &threads)
        #expect(String(decoding: name, as: UTF8.self) == "fifteen letters\n")
    }

    /// Of the calling thread.
    private static func blockedSignals() -> Set<CInt> {
        var blocked = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &blocked)
        return Set((1..<32).filter { sigismember(&blocked, $0) == 1 })
    }
}

/// Tells when it ceases to be.
private final class Witness: Sendable {
    let number: Int
    private let gate: Gate

    init(_ number: Int, reportingTo gate: Gate) {
        self.number = number
        self.gate = gate
    }

    deinit { gate.open() }
}

/// Who waits goes on when it is opened: once for each time, or all for ever when it is dropped.
private final class Gate: Sendable {
    private let output: FileDescriptor
    private let input: FileDescriptor

    init() {
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        output = FileDescriptor(owning: ends[0])
        input = FileDescriptor(owning: ends[1])
    }

    func open() {
        #expect(write(input.number, "xx", 2) == 2)
    }

    func wait() {
        let news = try? Loopback.news(of: output, .read)
        #expect(news != nil)
        var byte: UInt8 = 0
        #expect(read(output.number, &byte, 1) == 1)
    }
}
