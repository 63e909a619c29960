internal import Addressing
internal import Facts
internal import Timing

extension IPAddress: Recordable {
    private enum Form: UInt8 {
        case v4 = 4
        case v6 = 6
        /// With the name of its zone, since the number is this process's own.
        case zoned = 7
    }

    func put(to record: inout some RecordSink) {
        // As `v4`, which isn't inlined here.
        if high == 0, low >> 32 == 0xffff {
            record.put(byte: Form.v4.rawValue)
            record.put(fixed: UInt32(truncatingIfNeeded: low))
        } else if hasZone, let zone {
            record.put(byte: Form.zoned.rawValue)
            record.put(fixed: withoutZone.high)
            record.put(fixed: low)
            record.put(zone.description)
        } else {
            record.put(byte: Form.v6.rawValue)
            record.put(fixed: high)
            record.put(fixed: low)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        guard let form = Form(rawValue: try record.byte()) else { throw start.damaged }
        switch form {
        case .v4: self.init(v4: try record.fixed())
        case .v6:
            let plain = IPAddress(foreignHigh: try record.fixed(), low: try record.fixed())
            self = plain
        case .zoned:
            let plain = IPAddress(foreignHigh: try record.fixed(), low: try record.fixed())
            let name = try record.text()
            guard plain.mayHaveZone, let zone = try? Zone(named: name) else { throw start.damaged }
            self = plain.on(zone)
        }
    }
}

extension PeerAddress: Recordable {
    /// Of an onion service; any other address begins with its form.
    private static let onion: UInt8 = 1

    func put(to record: inout some RecordSink) {
        switch host {
        case .ip(let ip): ip.put(to: &record)
        case .onion(let key):
            record.put(byte: Self.onion)
            for word in [key.a, key.b, key.c, key.d] { record.put(fixed: word) }
        }
        record.put(UInt64(port))
    }

    init(from record: inout RecordReader) throws(RecordError) {
        var ahead = record
        let host: Host
        if try ahead.byte() == Self.onion {
            record = ahead
            host = .onion(
                OnionKey(
                    a: try record.fixed(),
                    b: try record.fixed(),
                    c: try record.fixed(),
                    d: try record.fixed()
                )
            )
        } else {
            host = .ip(try record.value())
        }
        self.init(host: host, port: try record.small())
    }
}

extension PeerTarget: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .address(let address):
            record.put(false)
            record.put(address)
        case .name(let name):
            record.put(true)
            record.put(name)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self = try record.flag() ? .name(try record.value()) : .address(try record.value())
    }
}

extension PeerName: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(question)
        record.put(UInt64(port))
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        let question = try record.text()
        let port: UInt16 = try record.small()
        do throws(AddressError) {
            self = try PeerName(question, port: port)
        } catch {
            throw start.damaged
        }
    }
}

extension Prefix: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(network)
        record.put(UInt64(length))
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        let network: IPAddress = try record.value()
        let length: UInt8 = try record.small()
        let shortest = network.v4 != nil ? 96 : network.hasZone ? 32 : 0
        guard (shortest...128).contains(Int(length)) else { throw start.damaged }
        self.init(network, length: Int(length))
    }
}

// MARK: - Time

extension Duration: Recordable {
    func put(to record: inout some RecordSink) {
        let (high, low) = (Int64(attoseconds >> 64), UInt64(truncatingIfNeeded: attoseconds))
        record.put(high)
        record.put(low)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let high = Int128(try record.signed())
        self.init(attoseconds: high << 64 | Int128(try record.unsigned()))
    }
}

extension Instant: Recordable {
    func put(to record: inout some RecordSink) { record.put(nanoseconds) }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(nanoseconds: try record.signed())
    }
}

extension WallTime: Recordable {
    func put(to record: inout some RecordSink) { record.put(microseconds) }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(microseconds: try record.signed())
    }
}

// MARK: - Names

extension RecordSink {
    /// One of a list of words, by its place.
    mutating func put(_ name: some FactName) { put(byte: UInt8(truncatingIfNeeded: name.ordinal)) }
}

extension Kind: Recordable {
    func put(to record: inout some RecordSink) { record.put(byte: rawValue) }

    init(from record: inout RecordReader) throws(RecordError) {
        self = try record.ordinal()
    }
}
