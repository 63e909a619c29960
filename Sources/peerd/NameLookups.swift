import Addressing
import ConnectionCore
import LinuxIO

/// The names that the resolver was asked about, and which dials wait for the answer.
///
/// A name is asked about once at a time: while a server is dead, retries of a peer join the
/// question that is under way instead of filling the queue.
struct NameLookups: ~Copyable {
    private struct Question {
        let name: PeerName
        var attempts: [DialAttempt]
    }

    private var resolver: Resolver
    private var questions: [UInt64: Question] = [:]
    private var tokens: [PeerName: UInt64] = [:]
    private var lastToken: UInt64 = 0

    init() throws(SystemError) {
        resolver = try Resolver()
    }

    func watch(by epoll: borrowing Epoll, token: EventToken) throws(SystemError) {
        try resolver.withDescriptor { descriptor throws(SystemError) in
            try epoll.add(descriptor, token: token, interest: .read)
        }
    }

    /// Asks for a name. False if the resolver's queue is full.
    mutating func ask(_ name: PeerName, for attempt: DialAttempt) -> Bool {
        if let token = tokens[name] {
            // An earlier attempt of the same connection was given up.
            questions[token]?.attempts.removeAll { $0.id == attempt.id }
            questions[token]?.attempts.append(attempt)
            return true
        }
        let token = lastToken &+ 1
        guard resolver.resolve(name: name.question, port: name.port, token: token) else {
            return false
        }
        lastToken = token
        tokens[name] = token
        questions[token] = Question(name: name, attempts: [attempt])
        return true
    }

    /// The dials of a connection are given up; what is asked for them only is answered to nobody.
    mutating func forget(_ id: ConnectionID) {
        for (token, question) in questions where question.attempts.contains(where: { $0.id == id })
        {
            questions[token]?.attempts.removeAll { $0.id == id }
        }
    }

    /// What came of the next question that has its answer; nil when none has.
    mutating func nextAnswer() -> [Event]? {
        guard let answer = resolver.nextAnswer() else { return nil }
        guard let question = questions.removeValue(forKey: answer.token) else {
            preconditionFailure("the resolver answered what nobody asked")
        }
        tokens[question.name] = nil
        switch answer.result {
        case .success(let addresses):
            let found = addresses.map(\.peerAddress)
            return question.attempts.map { .resolved($0, found) }
        case .failure(let failure):
            return question.attempts.map { .dialFailed($0, .unresolved(failure.text)) }
        }
    }
}
