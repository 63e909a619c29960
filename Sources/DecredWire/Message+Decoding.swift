internal import Addressing

extension Message {
    /// Reads the payload of a whole frame whose header was checked.
    init(
        _ kind: MessageKind,
        in frame: RawSpan,
        checksum announced: UInt32
    ) throws(WireError) {
        // Before anything is read of it: what is malformed behind a wrong checksum was damaged on
        // its way, and is named so.
        let payload = frame.extracting(FrameHeader.byteCount..<frame.byteCount)
        let computed = BLAKE256.digest(of: payload).checksum
        guard computed == announced else {
            throw WireError(
                .wrongChecksum(computed, announced: announced),
                in: .checksum,
                at: FrameHeader.checksumOffset,
                of: kind.command
            )
        }
        var cursor = PayloadCursor(kind.command)
        // What is left behind the last field is read past, as dcrd does: a newer peer's message may
        // have more.
        self = try Self.fields(of: kind, in: frame, at: &cursor)
    }

    /// The fields of the payload, as far as they go.
    private static func fields(
        of kind: MessageKind,
        in frame: RawSpan,
        at cursor: inout PayloadCursor
    ) throws(WireError) -> Message {
        switch kind {
        case .version: .version(try VersionMessage(in: frame, at: &cursor))
        case .verack: .verack
        case .ping: .ping(nonce: try cursor.littleEndian(.nonce, in: frame))
        case .pong: .pong(nonce: try cursor.littleEndian(.nonce, in: frame))
        case .getaddr: .getaddr
        case .addr:
            .addr(
                try addresses(in: frame, at: &cursor) { (frame, cursor) throws(WireError) in
                    try AdvertisedAddress(oldIn: frame, at: &cursor)
                }
            )
        case .addrv2:
            .addrv2(
                try addresses(in: frame, at: &cursor) { (frame, cursor) throws(WireError) in
                    try AdvertisedAddress(in: frame, at: &cursor)
                }
            )
        case .sendheaders: .sendheaders
        case .feefilter: .feefilter(rate: try cursor.littleEndian(.rate, in: frame))
        }
    }

    private static func addresses(
        in frame: RawSpan,
        at cursor: inout PayloadCursor,
        _ next: (RawSpan, inout PayloadCursor) throws(WireError) -> AdvertisedAddress
    ) throws(WireError) -> [AdvertisedAddress] {
        let start = cursor.position
        let count = try cursor.varint(.count, in: frame)
        guard (1...UInt64(AdvertisedAddress.mostInMessage)).contains(count) else {
            throw cursor.error(.badCount(count), in: .count, at: start)
        }
        var addresses: [AdvertisedAddress] = []
        // At most 56 KB, and a payload whose checksum is right has come for it.
        addresses.reserveCapacity(Int(count))
        for _ in 0..<count { addresses.append(try next(frame, &cursor)) }
        return addresses
    }
}

extension VersionMessage {
    fileprivate init(in frame: RawSpan, at cursor: inout PayloadCursor) throws(WireError) {
        self.init(
            protocolVersion: try cursor.littleEndian(.protocolVersion, in: frame),
            services: try cursor.littleEndian(.services, in: frame),
            unixSeconds: try cursor.littleEndian(.time, in: frame),
            receiver: Endpoint(
                services: try cursor.littleEndian(.receiverServices, in: frame),
                ip: try cursor.ip(.receiverIP, in: frame),
                port: try cursor.bigEndian(.receiverPort, in: frame)
            ),
            nonce: 0,
            userAgent: "",
            relaysTransactions: true
        )
        // What is missing stays as it is: an old peer ends here, or behind any further field.
        guard !cursor.isAtEnd(of: frame) else { return }
        sender = Endpoint(
            services: try cursor.littleEndian(.senderServices, in: frame),
            ip: try cursor.ip(.senderIP, in: frame),
            port: try cursor.bigEndian(.senderPort, in: frame)
        )
        guard !cursor.isAtEnd(of: frame) else { return }
        nonce = try cursor.littleEndian(.nonce, in: frame)
        guard !cursor.isAtEnd(of: frame) else { return }
        userAgent = try cursor.userAgent(in: frame)
        guard !cursor.isAtEnd(of: frame) else { return }
        lastBlock = try cursor.littleEndian(.lastBlock, in: frame)
        guard !cursor.isAtEnd(of: frame) else { return }
        relaysTransactions = try cursor.littleEndian(.relay, in: frame) as UInt8 != 0
    }
}

extension AdvertisedAddress {
    /// As `addrv2` has it: the port's lower byte first.
    fileprivate init(in frame: RawSpan, at cursor: inout PayloadCursor) throws(WireError) {
        let start = cursor.position
        let lastSeen: UInt64 = try cursor.littleEndian(.lastSeen, in: frame)
        guard lastSeen <= Self.latestSeconds else {
            throw cursor.error(.badTime(lastSeen), in: .lastSeen, at: start)
        }
        let services: UInt64 = try cursor.littleEndian(.services, in: frame)
        let host = try cursor.host(in: frame)
        let port: UInt16 = try cursor.littleEndian(.port, in: frame)
        self.init(
            address: PeerAddress(host: host, port: port),
            services: services,
            lastSeenSeconds: lastSeen
        )
    }

    /// As `addr` has it: the port's upper byte first.
    fileprivate init(oldIn frame: RawSpan, at cursor: inout PayloadCursor) throws(WireError) {
        let lastSeen: UInt32 = try cursor.littleEndian(.lastSeen, in: frame)
        let services: UInt64 = try cursor.littleEndian(.services, in: frame)
        let ip = try cursor.ip(.address, in: frame)
        let port: UInt16 = try cursor.bigEndian(.port, in: frame)
        self.init(
            address: PeerAddress(ip, port: port),
            services: services,
            lastSeenSeconds: UInt64(lastSeen)
        )
    }
}

extension PayloadCursor {
    /// 16 bytes, IPv4 addresses mapped.
    fileprivate mutating func ip(
        _ field: WireError.Field,
        in frame: RawSpan
    ) throws(WireError) -> IPAddress {
        let start = try take(16, for: field, in: frame)
        return IPAddress(
            foreignHigh: frame.bigEndian(at: start),
            low: frame.bigEndian(at: start + 8)
        )
    }

    /// The type of an address, then as many bytes as it has.
    fileprivate mutating func host(in frame: RawSpan) throws(WireError) -> PeerAddress.Host {
        let typeStart = position
        let number: UInt8 = try littleEndian(.addressType, in: frame)
        switch AddressType(rawValue: number) {
        case .ipv4: return .ip(IPAddress(v4: try bigEndian(.address, in: frame)))
        case .ipv6:
            let start = position
            let ip = try ip(.address, in: frame)
            // It would have two forms, which no sender makes.
            guard ip.v4 == nil else { throw error(.mappedIPv4, in: .address, at: start) }
            return .ip(ip)
        case .torV3:
            let start = try take(32, for: .address, in: frame)
            return .onion(
                OnionKey(
                    a: frame.bigEndian(at: start),
                    b: frame.bigEndian(at: start + 8),
                    c: frame.bigEndian(at: start + 16),
                    d: frame.bigEndian(at: start + 24)
                )
            )
        case nil: throw error(.unknownAddressType(number), in: .addressType, at: typeStart)
        }
    }

    /// A varint, then so many characters. The length is checked before a character is read.
    fileprivate mutating func userAgent(in frame: RawSpan) throws(WireError) -> String {
        let lengthStart = position
        let length = try varint(.userAgentLength, in: frame)
        let most = VersionMessage.mostUserAgentBytes
        guard length <= most else {
            throw error(.tooLong(length, most: most), in: .userAgentLength, at: lengthStart)
        }
        let start = try take(Int(length), for: .userAgent, in: frame)
        for offset in start..<position {
            let byte: UInt8 = frame.littleEndian(at: offset)
            guard VersionMessage.isPrintable(byte) else {
                throw error(.badCharacter(byte), in: .userAgent, at: offset)
            }
        }
        return unsafe frame.extracting(start..<position).withUnsafeBytes { bytes in
            unsafe String(decoding: bytes, as: UTF8.self)
        }
    }
}
