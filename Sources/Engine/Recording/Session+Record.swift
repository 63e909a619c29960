internal import Addressing
internal import DecredWire
internal import Timing

extension SessionFact: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .handshakeCompleted(let peer):
            record.put(byte: 0)
            record.put(peer)
        case .roundTrip(let roundTrip):
            record.put(byte: 1)
            record.put(roundTrip)
        case .addresses(let addresses):
            record.put(byte: 2)
            record.put(addresses)
        case .addressesAsked: record.put(byte: 3)
        case .warned(let misbehaviour, let score):
            record.put(byte: 4)
            record.put(misbehaviour)
            record.put(score)
        case .banned(let misbehaviour):
            record.put(byte: 5)
            record.put(misbehaviour)
        case .closed(let ending):
            record.put(byte: 6)
            record.put(ending)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .handshakeCompleted(try record.value())
        case 1: self = .roundTrip(try record.value())
        case 2: self = .addresses(try record.list())
        case 3: self = .addressesAsked
        case 4: self = .warned(try record.value(), score: try record.integer())
        case 5: self = .banned(try record.value())
        case 6: self = .closed(try record.value())
        default: throw start.damaged
        }
    }
}

extension PeerDescription: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(protocolVersion)
        record.put(negotiatedVersion)
        record.put(services)
        record.put(userAgent)
        record.put(lastBlock)
        record.put(ourAddress)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(
            protocolVersion: try record.integer(),
            negotiatedVersion: try record.integer(),
            services: try record.unsigned(),
            userAgent: try record.text(),
            lastBlock: try record.integer(),
            ourAddress: try record.optional()
        )
    }
}

extension RoundTrip: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(minimum)
        record.put(last)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(try record.value())
        measured(try record.value())
    }
}

extension AdvertisedAddress: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(address)
        record.put(services)
        record.put(lastSeenSeconds)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(
            address: try record.value(),
            services: try record.unsigned(),
            lastSeenSeconds: try record.unsigned()
        )
    }
}

extension SessionEnding: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .unexpected(let command):
            record.put(byte: 0)
            record.put(command)
        case .repeatedVersion: record.put(byte: 1)
        case .obsolete(let version):
            record.put(byte: 2)
            record.put(version)
        case .lacksServices(let missing):
            record.put(byte: 3)
            record.put(missing)
        case .selfConnection(let dial):
            record.put(byte: 4)
            record.put(dial)
        case .idle: record.put(byte: 5)
        case .queueFull(let bytes):
            record.put(byte: 6)
            record.put(bytes)
        case .writesStalled: record.put(byte: 7)
        case .misbehaved(let misbehaviour):
            record.put(byte: 8)
            record.put(misbehaviour)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .unexpected(try record.value())
        case 1: self = .repeatedVersion
        case 2: self = .obsolete(version: try record.integer())
        case 3: self = .lacksServices(try record.unsigned())
        case 4:
            // It is looked up as a slot.
            let dial: UInt32 = try record.small()
            self = .selfConnection(dial: UInt64(dial))
        case 5: self = .idle
        case 6: self = .queueFull(bytes: try record.integer())
        case 7: self = .writesStalled
        case 8: self = .misbehaved(try record.value())
        default: throw start.damaged
        }
    }
}

extension Misbehaviour: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .malformed(let error):
            record.put(byte: 0)
            record.put(error)
        case .wrongAddressMessage(let kind, let negotiated):
            record.put(byte: 1)
            record.put(kind.command)
            record.put(negotiated)
        case .repeatedGetaddr: record.put(byte: 2)
        case .addressFlood(let dropped):
            record.put(byte: 3)
            record.put(dropped)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .malformed(try record.value())
        case 1:
            guard let kind = MessageKind(try record.value()) else { throw start.damaged }
            self = .wrongAddressMessage(kind, negotiated: try record.integer())
        case 2: self = .repeatedGetaddr
        case 3: self = .addressFlood(dropped: try record.integer())
        default: throw start.damaged
        }
    }
}

extension Command: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(fixed: first8)
        record.put(fixed: last4)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(first8: try record.fixed(), last4: try record.fixed())
    }
}

extension WireError: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(command)
        record.put(field.rawValue)
        record.put(offset)
        record.put(reason)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        let command: Command? = try record.optional()
        guard let field = Field(rawValue: try record.text()) else { throw start.damaged }
        let offset: Int = try record.integer()
        self.init(try record.value(), in: field, at: offset, of: command)
    }
}

extension WireError.Reason: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .wrongMagic(let magic):
            record.put(byte: 0)
            record.put(magic)
        case .badCommand: record.put(byte: 1)
        case .tooLong(let length, let most):
            record.put(byte: 2)
            record.put(length)
            record.put(most)
        case .wrongChecksum(let computed, let announced):
            record.put(byte: 3)
            record.put(computed)
            record.put(announced)
        case .truncated: record.put(byte: 4)
        case .notShortest: record.put(byte: 5)
        case .badCount(let count):
            record.put(byte: 6)
            record.put(count)
        case .badTime(let seconds):
            record.put(byte: 7)
            record.put(seconds)
        case .badCharacter(let byte):
            record.put(byte: 8)
            record.put(byte: byte)
        case .unknownAddressType(let type):
            record.put(byte: 9)
            record.put(byte: type)
        case .mappedIPv4: record.put(byte: 10)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .wrongMagic(try record.small())
        case 1: self = .badCommand
        case 2: self = .tooLong(try record.unsigned(), most: try record.integer())
        case 3: self = .wrongChecksum(try record.small(), announced: try record.small())
        case 4: self = .truncated
        case 5: self = .notShortest
        case 6: self = .badCount(try record.unsigned())
        case 7: self = .badTime(try record.unsigned())
        case 8: self = .badCharacter(try record.byte())
        case 9: self = .unknownAddressType(try record.byte())
        case 10: self = .mappedIPv4
        default: throw start.damaged
        }
    }
}
