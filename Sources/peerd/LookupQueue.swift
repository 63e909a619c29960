/// Which of the names that wait has the next thread of the resolver.
///
/// Nothing is known of a name before it is answered, least of all that its server is dead and will
/// hold a thread for many seconds. So nobody may have all of them:
///
///     retries                          28
///     first attempts                   30
///     clients that have a thread       30, and 8 for one process, 16 for one user
///     clients that have none           32
///
/// A name that several ask for waits with each of them, and has the first thread that one of them
/// may have. It counts for him until it has its answer, be he gone or not.
struct LookupQueue {
    /// Who wants a name resolved.
    enum Asker: Hashable {
        /// A client of the control socket, which waits for it.
        case client(process: Int32, user: UInt32)
        /// A persistent peer that was added, and has never been tried.
        case firstAttempt
        /// Another attempt of a persistent peer.
        case retry
    }

    static let threads = 32
    /// For attempts that are no retries: the first of a peer, and what operators wait for.
    static let reserved = 4
    /// Of these, for clients that have none.
    static let reservedForNewcomers = 2
    static let perProcess = 8
    static let perUser = 16
    /// Retries that may wait, and others: about 100 bytes each.
    static let mostWaiting = 256

    private struct Entry: Equatable {
        let token: UInt64
        let asker: Asker
    }

    private var clients: [Entry] = []
    private var firstAttempts: [Entry] = []
    private var retries: [Entry] = []
    private var asked: [Entry] = []

    /// Questions that have a thread.
    var underWay: Int { asked.count }
    var waiting: Int { clients.count + firstAttempts.count + retries.count }

    /// Has a question wait, with one more asker if it waits already. False if as many wait as may;
    /// nothing has changed then.
    mutating func append(_ token: UInt64, by asker: Asker) -> Bool {
        let entry = Entry(token: token, asker: asker)
        guard !places(of: token).contains(entry) else { return true }
        switch asker {
        case .client, .firstAttempt:
            guard clients.count + firstAttempts.count < Self.mostWaiting else { return false }
        case .retry:
            guard retries.count < Self.mostWaiting else { return false }
        }
        switch asker {
        case .client: clients.append(entry)
        case .firstAttempt: firstAttempts.append(entry)
        case .retry: retries.append(entry)
        }
        return true
    }

    func isWaiting(_ token: UInt64) -> Bool { !places(of: token).isEmpty }

    /// Its askers are gone. False if it doesn't wait.
    mutating func remove(_ token: UInt64) -> Bool {
        let before = waiting
        removeAll { $0.token == token }
        return waiting < before
    }

    /// One of its askers is gone, but not the last: its only place stays.
    mutating func remove(_ token: UInt64, by asker: Asker) {
        guard places(of: token).count > 1 else { return }
        removeAll { $0 == Entry(token: token, asker: asker) }
    }

    private func places(of token: UInt64) -> [Entry] {
        (clients + firstAttempts + retries).filter { $0.token == token }
    }

    private mutating func removeAll(where isGone: (Entry) -> Bool) {
        clients.removeAll(where: isGone)
        firstAttempts.removeAll(where: isGone)
        retries.removeAll(where: isGone)
    }

    /// The next that may have a thread, which it has from now on until `finish`; nil if none may.
    /// Clients come first, since somebody waits for each, and of these who has no thread yet.
    mutating func next() -> UInt64? {
        guard asked.count < Self.threads else { return nil }
        let entry: Entry
        let newcomer = clients.firstIndex { !hasThread($0.asker) && mayAsk($0.asker) }
        if let index = newcomer ?? clients.firstIndex(where: { mayAsk($0.asker) }) {
            entry = clients.remove(at: index)
        } else if let first = firstAttempts.first, mayAsk(first.asker) {
            entry = firstAttempts.removeFirst()
        } else if let first = retries.first, mayAsk(first.asker) {
            entry = retries.removeFirst()
        } else {
            return nil
        }
        _ = remove(entry.token)
        asked.append(entry)
        return entry.token
    }

    /// It has its answer, or couldn't be asked.
    mutating func finish(_ token: UInt64) {
        asked.removeAll { $0.token == token }
    }

    /// It can't be asked before another one has its answer.
    mutating func takeBack(_ token: UInt64) {
        guard let index = asked.firstIndex(where: { $0.token == token }) else { return }
        let entry = asked.remove(at: index)
        switch entry.asker {
        case .client: clients.insert(entry, at: 0)
        case .firstAttempt: firstAttempts.insert(entry, at: 0)
        case .retry: retries.insert(entry, at: 0)
        }
    }

    private func hasThread(_ asker: Asker) -> Bool {
        asked.contains { $0.asker == asker }
    }

    private func mayAsk(_ asker: Asker) -> Bool {
        switch asker {
        case .retry:
            return asked.count < Self.threads - Self.reserved
        case .firstAttempt:
            return asked.count < Self.threads - Self.reservedForNewcomers
        case .client(let process, let user):
            var ofProcess = 0
            var ofUser = 0
            for case .client(let otherProcess, let otherUser) in asked.lazy.map(\.asker) {
                if otherProcess == process { ofProcess += 1 }
                if otherUser == user { ofUser += 1 }
            }
            guard ofProcess > 0 else { return ofUser < Self.perUser }
            return ofProcess < Self.perProcess && ofUser < Self.perUser
                && asked.count < Self.threads - Self.reservedForNewcomers
        }
    }
}
