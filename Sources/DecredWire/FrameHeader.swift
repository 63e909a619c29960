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
    let checksum: UInt32

    /// Reads and checks the header at a place. Traps unless `byteCount` bytes are there.
    init(
        _ bytes: RawSpan,
        at start: Int,
        on network: WireNetwork
    ) throws(WireError) {
        try Self.checkMagic(bytes, at: start, on: network)
        command = try Self.command(bytes, at: start + Self.commandOffset)
        kind = MessageKind(command)
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

    private static func command(_ bytes: RawSpan, at start: Int) throws(WireError) -> Command {
        let command = Command(
            first8: bytes.bigEndian(at: start),
            last4: bytes.bigEndian(at: start + 8)
        )
        // All that we read and their like are found by comparing two words; only others are looked
        // at byte by byte.
        guard MessageKind(command) == nil else { return command }
        var ended = false
        for index in 0..<12 {
            let byte: UInt8 = bytes.littleEndian(at: start + index)
            guard ended ? byte == 0 : VersionMessage.isPrintable(byte) || byte == 0 && index > 0
            else {
                throw WireError(.badCommand, in: .command, at: commandOffset + index, of: nil)
            }
            ended = byte == 0
        }
        return command
    }

    /// Appends a header whose length and checksum `fill` completes when the payload is there.
    static func appendOpen(_ kind: MessageKind, on network: WireNetwork, to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(network.magic)
        bytes.appendBigEndian(kind.command.first8)
        bytes.appendBigEndian(kind.command.last4)
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

    private static func checksum(of bytes: [UInt8], from start: Int) -> UInt32 {
        let payload = unsafe bytes.span.bytes.extracting(start..<bytes.count)
        return BLAKE256.digest(of: payload).checksum
    }
}
