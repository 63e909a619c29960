internal import Addressing
internal import ConnectionCore
internal import DecredWire

/// The numbers of a policy by their kinds, each named once for both ways.
private protocol NumberedPolicy {
    static var integers: [WritableKeyPath<Self, Int>] { get }
    static var durations: [WritableKeyPath<Self, Duration>] { get }
    static var fractions: [WritableKeyPath<Self, Double>] { get }
    static var flags: [WritableKeyPath<Self, Bool>] { get }
}

extension NumberedPolicy {
    fileprivate func putNumbers(to record: inout some RecordSink) {
        for path in Self.integers { record.put(self[keyPath: path]) }
        for path in Self.durations { record.put(self[keyPath: path]) }
        for path in Self.fractions { record.put(self[keyPath: path]) }
        for path in Self.flags { record.put(self[keyPath: path]) }
    }

    fileprivate mutating func takeNumbers(from record: inout RecordReader) throws(RecordError) {
        for path in Self.integers { self[keyPath: path] = try record.integer() }
        for path in Self.durations { self[keyPath: path] = try record.value() }
        for path in Self.fractions { self[keyPath: path] = try record.double() }
        for path in Self.flags { self[keyPath: path] = try record.flag() }
    }
}

extension Policy: NumberedPolicy {
    fileprivate static var integers: [WritableKeyPath<Policy, Int>] {
        [
            \.limits.connections, \.limits.perHost, \.limits.reservedManual, \.limits.whitelisted,
            \.outbound.target, \.outbound.maxPerGroup, \.persistent.max, \.inbound.floodThreshold,
        ]
    }

    fileprivate static var durations: [WritableKeyPath<Policy, Duration>] {
        [
            \.outbound.retry, \.outbound.dialTimeout, \.persistent.retry, \.persistent.maxRetry,
            \.persistent.stableAfter, \.handshake.timeout,
        ]
    }

    fileprivate static var fractions: [WritableKeyPath<Policy, Double>] {
        [\.inbound.rate, \.inbound.burst]
    }

    fileprivate static var flags: [WritableKeyPath<Policy, Bool>] { [\.handshake.isRequired] }
}

extension Policy: Recordable {
    func put(to record: inout some RecordSink) {
        putNumbers(to: &record)
        record.put(limits.whitelist)
        record.put(outbound.defaultPort != nil)
        record.put(UInt64(outbound.defaultPort ?? 0))
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init()
        try takeNumbers(from: &record)
        limits.whitelist = try record.list()
        let hasPort = try record.flag()
        let port: UInt16 = try record.small()
        outbound.defaultPort = hasPort ? port : nil
    }
}

extension SessionPolicy: NumberedPolicy {
    fileprivate static var integers: [WritableKeyPath<SessionPolicy, Int>] {
        [\.banScore, \.warnScore, \.mostQueuedBytes]
    }

    fileprivate static var durations: [WritableKeyPath<SessionPolicy, Duration>] {
        [\.pingInterval, \.idleTimeout]
    }

    fileprivate static var fractions: [WritableKeyPath<SessionPolicy, Double>] {
        [\.addressBurst, \.addressRate]
    }

    fileprivate static var flags: [WritableKeyPath<SessionPolicy, Bool>] {
        [\.gossips, \.tellsUnroutable]
    }
}

extension SessionPolicy: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(network.rawValue)
        putNumbers(to: &record)
        record.put(protocolVersion)
        record.put(services)
        record.put(requiredServices)
        record.put(userAgent)
        record.put(advertised)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        guard let network = WireNetwork(rawValue: try record.text()) else { throw start.damaged }
        self.init(network: network)
        try takeNumbers(from: &record)
        protocolVersion = try record.integer()
        services = try record.unsigned()
        requiredServices = try record.unsigned()
        let agent = record
        userAgent = try record.text()
        guard (Self.oldestVersion...Self.latestVersion).contains(protocolVersion),
            VersionMessage.isUserAgent(userAgent)
        else { throw agent.damaged }
        advertised = try record.list()
    }
}

extension Speech: Recordable {
    func put(to record: inout some RecordSink) {
        switch self {
        case .raw: record.put(byte: 0)
        case .decred(let policy):
            record.put(byte: 1)
            record.put(policy)
        }
    }

    init(from record: inout RecordReader) throws(RecordError) {
        let start = record
        switch try record.byte() {
        case 0: self = .raw
        case 1: self = .decred(try record.value())
        default: throw start.damaged
        }
    }
}

extension EnginePolicy: Recordable {
    func put(to record: inout some RecordSink) {
        record.put(core)
        record.put(speech)
        record.put(banDuration)
        record.put(tellsOnlyRoutable)
        record.put(dialsOnlyRoutable)
        record.put(persistent)
    }

    init(from record: inout RecordReader) throws(RecordError) {
        self.init(
            core: try record.value(),
            speech: try record.value(),
            banDuration: try record.value(),
            tellsOnlyRoutable: try record.flag(),
            dialsOnlyRoutable: try record.flag(),
            persistent: try record.list()
        )
    }
}
