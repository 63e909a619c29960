/// The 24 bytes before each payload: magic number, command, length and checksum.
struct FrameHeader {
    static let byteCount = 24
    static let magicBytes = 4
    /// Bytes of the longest payload of any command. Source: dcrd `wire.MaxMessagePayload`.
    static let mostPayloadBytes = 32 << 20

    private static let commandOffset = 4
    private static let lengthOffset = 16
    static let checksumOffset = 20

    let command: Command
    /// Nil if the payload is to be read past.
    let kind: MessageKind?
    /// At most what the command allows.
    let payloadBytes: Int
    /// What the payload's BLAKE-256 must begin with; see `BLAKE256.Digest.checksum`.
    let checksum: UInt32

    /// Reads and checks the header at a place: magic number, command, length, in this order, so
    /// that the first thing that is wrong is the one that is named. Traps unless `byteCount` bytes
    /// are there.
    init(
        _ bytes: RawSpan,
        at start: Int,
        on network: WireNetwork
    ) throws(WireError) {
        try Self.checkMagic(bytes, at: start, on: network)
        let commandStart = start + Self.commandOffset
        command = Command(
            first8: bytes.bigEndian(at: commandStart),
            last4: bytes.bigEndian(at: commandStart + 8)
        )
        kind = MessageKind(command)
        // Those that we read were compared as a whole.
        if kind == nil { try Self.checkCommand(bytes, at: commandStart) }
        let length: UInt32 = bytes.littleEndian(at: start + Self.lengthOffset)
        let most = kind?.mostPayloadBytes ?? Self.mostPayloadBytes
        guard length <= most else {
            throw WireError(
                .tooLong(UInt64(length), most: most),
                in: .payloadLength,
                at: Self.lengthOffset,
                of: command
            )
        }
        payloadBytes = Int(length)
        checksum = bytes.littleEndian(at: start + Self.checksumOffset)
    }

    /// So that what speaks another protocol, or on another network, is found by its first four
    /// bytes. Traps unless they are there.
    static func checkMagic(
        _ bytes: RawSpan,
        at start: Int,
        on network: WireNetwork
    ) throws(WireError) {
        let magic: UInt32 = bytes.littleEndian(at: start)
        guard magic == network.magic else {
            throw WireError(.wrongMagic(magic), in: .magic, at: 0, of: nil)
        }
    }

    /// Printable ASCII, at least one character, then nothing but zeros.
    private static func checkCommand(_ bytes: RawSpan, at start: Int) throws(WireError) {
        var ended = false
        for index in 0..<12 {
            let byte: UInt8 = bytes.littleEndian(at: start + index)
            ended = ended || byte == 0 && index > 0
            guard ended ? byte == 0 : VersionMessage.isPrintable(byte) else {
                throw WireError(.badCommand, in: .command, at: commandOffset + index, of: nil)
            }
        }
    }

    /// Appends a header whose length and checksum `fill` completes when the payload is there.
    static func appendOpen(
        _ command: Command,
        on network: WireNetwork,
        to bytes: inout [UInt8]
    ) {
        bytes.appendLittleEndian(network.magic)
        bytes.appendBigEndian(command.first8)
        bytes.appendBigEndian(command.last4)
        bytes.appendLittleEndian(0 as UInt64)
    }

    /// Completes the header at `start`, whose payload is all that follows it.
    static func fill(at start: Int, in bytes: inout [UInt8]) {
        let payloadStart = start + byteCount
        let length = UInt32(bytes.count - payloadStart)
        let checksum = checksum(of: bytes, from: payloadStart)
        for index in 0..<4 {
            bytes[start + lengthOffset + index] = UInt8(truncatingIfNeeded: length >> (8 * index))
            bytes[start + checksumOffset + index] =
                UInt8(truncatingIfNeeded: checksum >> (8 * index))
        }
    }

    /// In a function of its own, since the bytes can't be changed while a span of them lives.
    private static func checksum(of bytes: [UInt8], from start: Int) -> UInt32 {
        let payload = unsafe bytes.span.bytes.extracting(start..<bytes.count)
        return BLAKE256.digest(of: payload).checksum
    }
}
