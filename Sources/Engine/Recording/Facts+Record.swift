internal import Addressing
internal import ConnectionCore
internal import Facts
internal import Timing

extension ConnectionID: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(fixed: raw)
    }

    /// Every number is one.
    init(from record: inout RecordReader) throws(RecordError) {
        self.init(raw: try record.fixed())
    }
}

extension DialAttempt: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(id)
        record.put(number)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(id: try record.value(), number: try record.small())
    }
}

extension Ending: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .closedByPeer: record.put(byte: 0)
        case .timedOut: record.put(byte: 1)
        case .io(let code):
            record.put(byte: 2)
            record.put(code)
        case .session(let fault):
            record.put(byte: 3)
            record.put(fault)
        case .byOperator: record.put(byte: 4)
        case .attemptTimedOut(let after):
            record.put(byte: 5)
            record.put(after)
        case .abandoned: record.put(byte: 6)
        case .banned(let prefix, let until):
            record.put(byte: 7)
            record.put(prefix)
            record.put(until)
        case .networkInactive: record.put(byte: 8)
        case .shutdown: record.put(byte: 9)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .closedByPeer
        case 1: self = .timedOut
        case 2: self = .io(errno: try record.integer())
        case 3: self = .session(try record.ordinal())
        case 4: self = .byOperator
        case 5: self = .attemptTimedOut(after: try record.value())
        case 6: self = .abandoned
        case 7: self = .banned(try record.value(), until: try record.optional())
        case 8: self = .networkInactive
        case 9: self = .shutdown
        default: throw start.damaged
        }
    }
}

extension DialFailure: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .timedOut(let after):
            record.put(byte: 0)
            record.put(after)
        case .refused: record.put(byte: 1)
        case .unreachable: record.put(byte: 2)
        case .noRoute: record.put(byte: 3)
        case .noLocalEnd(let obstacle):
            record.put(byte: 4)
            record.put(obstacle)
        case .unresolved(let reason):
            record.put(byte: 5)
            record.put(reason)
        case .selfConnection: record.put(byte: 6)
        case .alreadyConnected(let id):
            record.put(byte: 7)
            record.put(id)
        case .banned(let prefix, let until):
            record.put(byte: 8)
            record.put(prefix)
            record.put(until)
        case .tooManyPerHost(let limit):
            record.put(byte: 9)
            record.put(limit)
        case .unsupportedAddress: record.put(byte: 10)
        case .resourcesExhausted(let code):
            record.put(byte: 11)
            record.put(code)
        case .cancelled(let canceller):
            record.put(byte: 12)
            record.put(canceller)
        case .io(let code):
            record.put(byte: 13)
            record.put(code)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .timedOut(after: try record.value())
        case 1: self = .refused
        case 2: self = .unreachable
        case 3: self = .noRoute
        case 4: self = .noLocalEnd(try record.value())
        case 5: self = .unresolved(try record.text())
        case 6: self = .selfConnection
        case 7: self = .alreadyConnected(try record.value())
        case 8: self = .banned(try record.value(), until: try record.optional())
        case 9: self = .tooManyPerHost(limit: try record.integer())
        case 10: self = .unsupportedAddress
        case 11: self = .resourcesExhausted(errno: try record.integer())
        case 12: self = .cancelled(by: try record.value())
        case 13: self = .io(errno: try record.integer())
        default: throw start.damaged
        }
    }
}

extension LocalObstacle: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .address: record.put(byte: 0)
        case .bindAddress(let ip):
            record.put(byte: 1)
            record.put(ip)
        case .interface(let zone):
            record.put(byte: 2)
            record.put(zone.description)
        case .port(nil): record.put(byte: 3)
        case .port(let range?):
            record.put(byte: 4)
            record.put(UInt64(range.lowerBound))
            record.put(UInt64(range.upperBound))
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .address
        case 1: self = .bindAddress(try record.value())
        case 2:
            guard let zone = try? Zone(named: try record.text()) else { throw start.damaged }
            self = .interface(zone)
        case 3: self = .port(among: nil)
        case 4:
            let (lowest, highest): (UInt16, UInt16) = (try record.small(), try record.small())
            guard lowest <= highest else { throw start.damaged }
            self = .port(among: lowest...highest)
        default: throw start.damaged
        }
    }
}

extension Canceller: Recordable {
    private static let all: [Canceller] = [.caller, .operator, .networkInactive, .ban, .shutdown]

    func put(to record: inout some RecordSink) {
        let place: UInt8 =
            switch self {
            case .caller: 0
            case .operator: 1
            case .networkInactive: 2
            case .ban: 3
            case .shutdown: 4
            }
        record.put(byte: place)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        let place = Int(try record.byte())
        guard place < Self.all.count else { throw start.damaged }
        self = Self.all[place]
    }
}

extension Ban: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(prefix)
        record.put(until)
        record.put(ends)
        record.put(origin)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(
            prefix: try record.value(),
            until: try record.optional(),
            ends: try record.optional(),
            origin: try record.ordinal()
        )
    }
}

// MARK: - What the core is told

extension Event: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .resolved(let attempt, let addresses):
            record.put(byte: 0)
            record.put(attempt)
            record.put(addresses)
        case .dialSucceeded(let attempt, let local):
            record.put(byte: 1)
            record.put(attempt)
            record.put(local)
        case .dialFailed(let attempt, let failure):
            record.put(byte: 2)
            record.put(attempt)
            record.put(failure)
        case .handshakeCompleted(let id):
            record.put(byte: 3)
            record.put(id)
        case .closed(let id, let ending):
            record.put(byte: 4)
            record.put(id)
            record.put(ending)
        case .acceptFailed(let code):
            record.put(byte: 5)
            record.put(code)
        case .addressesAdded: record.put(byte: 6)
        case .localAddressesChanged: record.put(byte: 7)
        case .clockMoved: record.put(byte: 8)
        case .stoodStill(let pause):
            record.put(byte: 9)
            record.put(pause)
        case .deadlineReached: record.put(byte: 10)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .resolved(try record.value(), try record.list())
        case 1: self = .dialSucceeded(try record.value(), local: try record.value())
        case 2: self = .dialFailed(try record.value(), try record.value())
        case 3: self = .handshakeCompleted(try record.value())
        case 4: self = .closed(try record.value(), try record.value())
        case 5: self = .acceptFailed(errno: try record.integer())
        case 6: self = .addressesAdded
        case 7: self = .localAddressesChanged
        case 8: self = .clockMoved
        case 9: self = .stoodStill(for: try record.value())
        case 10: self = .deadlineReached
        default: throw start.damaged
        }
    }
}

extension Arrival: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(remote)
        record.put(local)
        record.put(network == .onion)
        record.put(trustsLoopback)
        record.put(gate)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(
            remote: try record.value(),
            local: try record.value(),
            network: try record.flag() ? .onion : .ip,
            trustsLoopback: try record.flag(),
            gate: try record.optional()
        )
    }
}

extension Gate: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(UInt64(number))
        record.put(connections != nil)
        record.put(connections ?? 0)
        record.put(rate)
        record.put(burst)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        let number: UInt8 = try record.small()
        guard Self.numbers.contains(number) else { throw start.damaged }
        let isLimited = try record.flag()
        let connections: Int = try record.integer()
        self.init(
            number: number,
            connections: isLimited ? connections : nil,
            rate: try record.double(),
            burst: try record.double()
        )
    }
}

extension Selector: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .number(let number):
            record.put(byte: 0)
            record.put(number)
        case .target(let target):
            record.put(byte: 1)
            record.put(target)
        case .host(let host):
            record.put(byte: 2)
            record.put(host)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .number(try record.unsigned())
        case 1: self = .target(try record.value())
        case 2: self = .host(try record.value())
        default: throw start.damaged
        }
    }
}
