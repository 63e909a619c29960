import Addressing
import ConnectionCore
import Facts
import LinuxIO
import Timing

/// The names that are being resolved, and which dials wait for the answers.
///
///     ask ──► hosts thread ──► queue ──► resolver thread ──► answer
///                  └── the name is in /etc/hosts ──────────────┘
///
/// A name is asked about once at a time: while a server is dead, retries of a peer join the
/// question that is under way, and so does whoever wants the same name. One that waits has the
/// place of the best of its askers, and leaves the queue with the last.
struct NameLookups: ~Copyable {
    typealias Asker = LookupQueue.Asker

    /// How long a thread may have nothing to do before it ends.
    static let rest = Duration.seconds(30)
    /// Questions that may be with the thread that reads /etc/hosts, each for a millisecond.
    private static let mostHosts = 256

    private struct Question {
        let name: PeerName
        var waiting: [(attempt: DialAttempt, asker: Asker)]
    }

    /// One thread at most: what it does takes no time.
    private var hosts: HelperThreads<NameQuestion, ResolverAnswer?>
    private var resolver: Resolver
    private var queue = LookupQueue()
    private var questions: [UInt64: Question] = [:]
    private var tokens: [PeerName: UInt64] = [:]
    private var lastToken: UInt64 = 0
    /// What the hosts thread has, in its order: it answers in that.
    private var withHosts: [UInt64] = []
    private var hostsIdleSince: Instant?
    /// Since when each free thread of the resolver has been one; the last is taken first, so that
    /// what isn't needed ends.
    private var idleSince: [Instant] = []
    /// What failed at once.
    private var settled: [Event] = []

    init() throws(SystemError) {
        let hosts = try HelperThreads<NameQuestion, ResolverAnswer?>(
            count: 0,
            limit: Self.mostHosts,
            name: "hosts"
        ) {
            { question in
                let found = HostsFile.addresses(of: question)
                guard !found.isEmpty else { return nil }
                return ResolverAnswer(token: question.token, result: .success(found))
            }
        }
        let resolver = try Resolver()
        self.hosts = hosts
        self.resolver = resolver
    }

    func watch(by epoll: borrowing Epoll, token: EventToken) throws(SystemError) {
        try hosts.withDescriptor { descriptor throws(SystemError) in
            try epoll.add(descriptor, token: token, interest: .read)
        }
        try resolver.withDescriptor { descriptor throws(SystemError) in
            try epoll.add(descriptor, token: token, interest: .read)
        }
    }

    /// When a thread has had nothing to do for long enough; nil while none is free.
    var deadline: Instant? {
        let first = [idleSince.first, hostsIdleSince].compactMap { $0 }.min()
        return first.map { $0 + Self.rest }
    }

    /// Asks for a name.
    ///
    /// - Returns: Why it can't be asked now, in an operator's words; else nil.
    mutating func ask(
        _ name: PeerName,
        for attempt: DialAttempt,
        by asker: Asker,
        at now: Instant
    ) -> String? {
        if let token = tokens[name] {
            // An earlier attempt of the same connection was given up.
            withdraw(attempt.id, from: token)
            questions[token]?.waiting.append((attempt, asker))
            // Where no more may wait in its class, it has the place that it has.
            if queue.isWaiting(token) { _ = queue.append(token, by: asker) }
            return nil
        }
        let token = lastToken &+ 1
        let question = NameQuestion(name: name.question, port: name.port, token: token)
        do throws(SystemError) {
            if hosts.count == 0 { try hosts.start() }
        } catch {
            return "\(error)"
        }
        guard hosts.send(question) else { return "too many names wait for an answer" }
        hostsIdleSince = nil
        withHosts.append(token)
        lastToken = token
        tokens[name] = token
        questions[token] = Question(name: name, waiting: [(attempt, asker)])
        return nil
    }

    /// The dials of a connection are given up. A name that waits for them only isn't asked.
    mutating func forget(_ id: ConnectionID) {
        for token in Array(questions.keys) {
            withdraw(id, from: token)
            if questions[token]?.waiting.isEmpty ?? false, queue.remove(token) { drop(token) }
        }
    }

    /// A connection doesn't wait for a name any more. The name keeps the places of those who do.
    private mutating func withdraw(_ id: ConnectionID, from token: UInt64) {
        for (attempt, asker) in questions[token]?.waiting ?? [] where attempt.id == id {
            questions[token]?.waiting.removeAll { $0.attempt == attempt }
            let others = questions[token]?.waiting ?? []
            if !others.isEmpty, !others.contains(where: { $0.asker == asker }) {
                queue.remove(token, by: asker)
            }
        }
    }

    /// What came of the next question that has its answer; nil when none has.
    mutating func nextAnswer(at now: Instant) -> [Event]? {
        while let answer = hosts.receive() {
            let token = withHosts.removeFirst()
            if hosts.waiting == 0 { hostsIdleSince = now }
            if let answer { return finish(answer) }
            enqueue(token)
        }
        if let answer = resolver.nextAnswer() {
            idleSince.append(now)
            queue.finish(answer.token)
            askNext()
            return finish(answer)
        }
        askNext()
        guard !settled.isEmpty else { return nil }
        defer { settled = [] }
        return settled
    }

    /// Ends the threads that have had nothing to do for long enough.
    mutating func endIdleThreads(at now: Instant) {
        while let since = idleSince.first, since + Self.rest <= now {
            idleSince.removeFirst()
            resolver.endThread()
        }
        if let since = hostsIdleSince, since + Self.rest <= now {
            hostsIdleSince = nil
            hosts.endOne()
        }
    }

    /// A name that /etc/hosts doesn't have.
    private mutating func enqueue(_ token: UInt64) {
        guard let question = questions[token] else {
            preconditionFailure("the hosts thread answered what nobody asked")
        }
        guard !question.waiting.isEmpty else { return drop(token) }
        for (_, asker) in question.waiting { _ = queue.append(token, by: asker) }
        if !queue.isWaiting(token) { fail(token, "too many names wait for an answer") }
    }

    /// Gives threads to those that may have one.
    private mutating func askNext() {
        while let token = queue.next() {
            guard let question = questions[token] else {
                preconditionFailure("a question that nobody asked has waited")
            }
            let name = question.name
            do throws(SystemError) {
                try resolver.ask(
                    NameQuestion(name: name.question, port: name.port, token: token)
                )
                // The thread that it has may be a new one.
                _ = idleSince.popLast()
            } catch {
                // There may be no more threads; those that there are will be free some time.
                guard resolver.threadCount == 0 else {
                    queue.takeBack(token)
                    for (_, asker) in question.waiting { _ = queue.append(token, by: asker) }
                    return
                }
                queue.finish(token)
                fail(token, "\(error)")
            }
        }
    }

    private mutating func finish(_ answer: ResolverAnswer) -> [Event] {
        guard let question = questions[answer.token] else {
            preconditionFailure("the resolver answered what nobody asked")
        }
        drop(answer.token)
        switch answer.result {
        case .success(let addresses):
            let found = addresses.map(\.peerAddress)
            return question.waiting.map { .resolved($0.attempt, found) }
        case .failure(let failure):
            return question.waiting.map { .dialFailed($0.attempt, .unresolved(failure.text)) }
        }
    }

    private mutating func fail(_ token: UInt64, _ reason: String) {
        let waiting = questions[token]?.waiting ?? []
        drop(token)
        settled += waiting.map { .dialFailed($0.attempt, .unresolved(reason)) }
    }

    private mutating func drop(_ token: UInt64) {
        guard let question = questions.removeValue(forKey: token) else { return }
        tokens[question.name] = nil
    }
}
