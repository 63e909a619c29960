internal import Addressing
internal import ConnectionCore
internal import Facts
internal import Timing

extension EngineInput {
    /// Writes what stands behind tag and time.
    func putValues(to record: inout some RecordSink) {
        switch self {
        case .accept(let arrival): record.put(arrival)
        case .localAddress(let id, let address):
            record.put(id)
            record.put(address)
        case .open(let id): record.put(id)
        case .receive(let id, .bytes(let bytes)):
            record.put(id)
            record.put(bytes)
        case .receive(let id, .told(let count, let digest)):
            record.put(id)
            record.put(count)
            record.put(fixed: digest)
        case .discard(let id, let count):
            record.put(id)
            record.put(count)
        case .sent(let id, let waiting, let moment):
            record.put(id)
            record.put(waiting)
            record.put(moment)
        case .event(let event): record.put(event)
        case .deadlines, .shutDown, .lendAddresses, .forgetLentAddresses, .keepConfiguredPeers,
            .keepState:
            break
        case .connect(let target, let limit, let waiter):
            record.put(target)
            record.put(limit)
            record.put(waiter.number)
        case .abandon(let id, let waiter):
            record.put(id)
            record.put(waiter.number)
        case .addPersistent(let target): record.put(target)
        case .disconnect(let selector, let limit):
            record.put(selector)
            record.put(limit)
        case .remove(let selector): record.put(selector)
        case .ban(let prefix, let duration, let replacing):
            record.put(prefix)
            record.put(duration)
            record.put(replacing)
        case .unban(let prefix): record.put(prefix)
        case .networkActive(let isActive): record.put(isActive)
        case .addAddresses(let targets): record.put(targets)
        case .reload(let policy, let configured, let hasMore, let hasMoved):
            record.put(policy)
            record.put(configured)
            record.put(hasMore)
            record.put(hasMoved)
        case .stored(let answer, let settingAside):
            record.put(answer)
            record.put(settingAside)
        }
    }

    /// Reads what stands behind tag and time.
    init(_ tag: Tag, from record: inout RecordReader) throws(RecordError) {
        switch tag {
        case .accept: self = .accept(try record.value())
        case .localAddress: self = .localAddress(try record.value(), try record.value())
        case .open: self = .open(try record.value())
        case .receive: self = .receive(try record.value(), .bytes(try record.rawBytes()))
        case .receiveTold:
            let id: ConnectionID = try record.value()
            let start = record
            let count: Int = try record.integer()
            // More than a read ever gives.
            guard (0...Self.mostReceived).contains(count) else { throw start.damaged }
            self = .receive(id, .told(count: count, digest: try record.fixed()))
        case .discard: self = .discard(try record.value(), count: try record.integer())
        case .sent:
            self = .sent(
                try record.value(),
                waiting: try record.integer(),
                at: try record.optional(Instant.self)
            )
        case .event: self = .event(try record.value())
        case .deadlines: self = .deadlines
        case .shutDown: self = .shutDown
        case .connect:
            self = .connect(
                try record.value(),
                within: try record.optional(),
                Waiter(try record.integer())
            )
        case .abandon: self = .abandon(try record.value(), Waiter(try record.integer()))
        case .addPersistent: self = .addPersistent(try record.value())
        case .disconnect: self = .disconnect(try record.value(), limit: try record.integer())
        case .remove: self = .remove(try record.value())
        case .ban:
            self = .ban(
                try record.value(),
                for: try record.optional(),
                replacing: try record.flag()
            )
        case .unban: self = .unban(try record.value())
        case .networkActive: self = .networkActive(try record.flag())
        case .addAddresses: self = .addAddresses(try record.list())
        case .lendAddresses: self = .lendAddresses
        case .forgetLentAddresses: self = .forgetLentAddresses
        case .reload:
            self = .reload(
                try record.value(),
                configured: try record.list(),
                hasMoreAddresses: try record.flag(),
                hasMoved: try record.flag()
            )
        case .keepConfiguredPeers: self = .keepConfiguredPeers
        case .keepState: self = .keepState
        case .stored: self = .stored(try record.value(), settingAside: try record.flag())
        case .end: throw record.damaged
        }
    }

    /// Bytes of one call: what a shell reads at once, and plenty.
    static let mostReceived = 1 << 24
}

extension Engine.StoreAnswer: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .loaded(let state):
            record.put(byte: 0)
            record.put(state)
        case .loadedUnwritable(let state, let failure):
            record.put(byte: 1)
            record.put(state)
            record.put(failure)
        case .saved: record.put(byte: 2)
        case .failed(let failure):
            record.put(byte: 3)
            record.put(failure)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .loaded(try record.value())
        case 1: self = .loadedUnwritable(try record.value(), try record.value())
        case 2: self = .saved
        case 3: self = .failed(try record.value())
        default: throw start.damaged
        }
    }
}

extension StoredState: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(peers)
        record.put(bans)
        record.put(isAsWritten)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(
            peers: try record.list(),
            bans: try record.list(),
            isAsWritten: try record.flag()
        )
    }
}

extension StoredPeer: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(target)
        record.put(added)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(try record.value(), added: try record.value())
    }
}

extension StoreFailure: Recordable {
    func put(to record: inout some RecordSink) {
        switch kind {
        case .readOnly: record.put(byte: 0)
        case .tooMany: record.put(byte: 1)
        case .other: record.put(byte: 2)
        }
        record.put(text)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        let kind: Kind
        switch try record.byte() {
        case 0: kind = .readOnly
        case 1: kind = .tooMany
        case 2: kind = .other
        default: throw start.damaged
        }
        self.init(kind, try record.text())
    }
}
