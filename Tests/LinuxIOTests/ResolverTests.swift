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
        let taken = resolver.resolve(name: "localhost", port: 9108, token: 7)
        #expect(taken)
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
        _ = resolver.resolve(name: text, port: 1, token: 1)
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
        _ = resolver.resolve(name: name, port: 1, token: 2)
        let answer = try Self.answer(from: &resolver)
        #expect(answer.token == 2)
        switch answer.result {
        case .success(let addresses): Issue.record("\(name) has \(addresses)")
        case .failure(let failure):
            #expect(!"\(failure)".isEmpty)
            #expect((failure.kind == .notFound) == (failure.code != EAI_AGAIN))
        }
    }

    @Test("takes no more questions than its queue holds, and answers each")
    func queue() throws {
        var resolver = try Resolver()
        for token in 0..<UInt64(Resolver.queueLimit) {
            let taken = resolver.resolve(name: "127.0.0.1", port: 1, token: token)
            #expect(taken)
        }
        let taken = resolver.resolve(name: "127.0.0.1", port: 1, token: 9_999)
        #expect(!taken)
        var tokens: Set<UInt64> = []
        for _ in 0..<Resolver.queueLimit {
            tokens.insert(try Self.answer(from: &resolver).token)
        }
        #expect(tokens == Set(0..<UInt64(Resolver.queueLimit)))
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
