import Glibc
import LinuxIO
import Testing

@Suite("The resolver")
struct ResolverTests {
    private static func answer(from resolver: inout Resolver) throws -> ResolverAnswer {
        let news = try resolver.withDescriptor { descriptor throws(any Error) in
            // A dead server takes its time: 5 s twice, for each of two families.
            try Loopback.news(of: descriptor, .read, within: .seconds(60))
        }
        try #require(news != nil)
        let answer = resolver.nextAnswer()
        return try #require(answer)
    }

    @Test("finds this machine, under the port that was asked for")
    func localhost() throws {
        var resolver = try Resolver()
        try resolver.ask(NameQuestion(name: "localhost", port: 9108, token: 7))
        let answer = try Self.answer(from: &resolver)
        #expect(answer.token == 7)
        let addresses = try answer.result.get()
        #expect(addresses.contains(Loopback.v4(port: 9108)))
        #expect(Set(addresses).count == addresses.count)
        let more = resolver.nextAnswer()
        #expect(more == nil)
    }

    @Test(
        "reads an address that is written out",
        arguments: [
            ("192.0.2.7", SocketAddress(v4: 0xc000_0207, port: 1)),
            ("2001:db8::7", SocketAddress(high: 0x2001_0db8 << 32, low: 7, port: 1)),
            ("::ffff:192.0.2.7", SocketAddress(v4: 0xc000_0207, port: 1)),
        ]
    )
    func addresses(text: String, address: SocketAddress) throws {
        var resolver = try Resolver()
        try resolver.ask(NameQuestion(name: text, port: 1, token: 1))
        let answer = try Self.answer(from: &resolver)
        #expect(answer == ResolverAnswer(token: 1, result: .success([address])))
    }

    @Test(
        "says why a name has no address, and doesn't hang",
        arguments: [
            // A label of 64 bytes can't exist, so no server is asked.
            String(repeating: "a", count: 64) + ".invalid",
            // With a network not found, without one temporary.
            "name.invalid",
        ]
    )
    func failures(name: String) throws {
        var resolver = try Resolver()
        try resolver.ask(NameQuestion(name: name, port: 1, token: 2))
        let answer = try Self.answer(from: &resolver)
        #expect(answer.token == 2)
        switch answer.result {
        case .success(let addresses): Issue.record("\(name) has \(addresses)")
        case .failure(let failure):
            #expect(!"\(failure)".isEmpty)
            #expect((failure.kind == .notFound) == (failure.code != EAI_AGAIN))
        }
    }

    @Test("has a thread for each question, keeps it for the next one, and ends it when told")
    func threads() throws {
        var resolver = try Resolver()
        #expect(resolver.threadCount == 0)
        let tokens = 0..<UInt64(Resolver.mostThreads)
        for round in 1...2 {
            for token in tokens {
                try resolver.ask(NameQuestion(name: "127.0.0.1", port: 1, token: token))
            }
            // Answers that weren't taken count as questions that are under way.
            let (count, free) = (resolver.threadCount, resolver.freeThreads)
            #expect(count == Resolver.mostThreads && free == 0, "round \(round)")
            var answered: Set<UInt64> = []
            for _ in tokens { answered.insert(try Self.answer(from: &resolver).token) }
            #expect(answered == Set(tokens))
        }
        for left in (0..<Resolver.mostThreads).reversed() {
            resolver.endThread()
            let count = resolver.threadCount
            #expect(count == left)
        }
        try resolver.ask(NameQuestion(name: "127.0.0.1", port: 1, token: 9_999))
        #expect(try Self.answer(from: &resolver).token == 9_999)
    }

    @Test("keeps 64 addresses of an answer, each once and in its order")
    func distinct() {
        var found = DistinctAddresses()
        for address in UInt32(1)...100 {
            found.append(SocketAddress(v4: address, port: 1))
            found.append(SocketAddress(v4: 1, port: 1))
        }
        #expect(found.addresses == (UInt32(1)...64).map { SocketAddress(v4: $0, port: 1) })
        #expect(found.isFull)
    }
}
