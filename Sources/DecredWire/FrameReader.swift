/// Cuts the bytes of a connection into messages, wherever the kernel has split them.
///
/// A frame that lies wholly in what was read is parsed where it lies. Only the beginning of one
/// whose rest hasn't come is kept, and nothing of a frame whose command we don't read. A reader
/// between two frames is 16 bytes and has no heap; one within a frame keeps what has come of it in
/// at most twice the room, and never in more than `mostKeptBytes`, however much was announced.
package struct FrameReader: Sendable {
    package enum Step: Equatable, Sendable {
        case message(Message)
        /// A frame has begun whose payload, of so many bytes, is read past: its length was checked,
        /// its checksum isn't. `skipped` follows when its last byte has come.
        case skipping(Command, payloadBytes: Int)
        case skipped
        /// A frame has begun that isn't the expected one, whatever its payload would be. The
        /// connection is to be closed, and the reader is of no use any more.
        case unexpected(Command)
    }

    /// The longest frame that we read: an `addrv2` with its header.
    package static let mostKeptBytes =
        FrameHeader.byteCount + MessageKind.addrv2.mostPayloadBytes

    /// What has come of a frame that isn't whole, from its header on.
    private var kept: [UInt8] = []
    /// Bytes of the payload that are still to be read past.
    private var bytesToSkip: UInt32 = 0
    private var isSkipping = false
    private let network: WireNetwork

    package init(network: WireNetwork) {
        self.network = network
    }

    /// Whether a frame has begun and isn't whole.
    package var isWithinFrame: Bool { isSkipping || !kept.isEmpty }

    /// Bytes of heap that it holds: none between two frames.
    package var keptCapacity: Int { kept.capacity }

    /// Reads on from `position`, which it moves behind what it took. To be called until it returns
    /// nil: then `position` is at the end, and what isn't whole was kept. An error means that the
    /// connection is to be closed, and the reader is of no use any more.
    ///
    /// With `expected` a frame of any other command is told by its header, so that nobody waits for
    /// a payload that may not come.
    package mutating func next(
        in bytes: RawSpan,
        at position: inout Int,
        expecting expected: MessageKind? = nil
    ) throws(WireError) -> Step? {
        if isSkipping { return skip(in: bytes, at: &position) }
        let available = bytes.byteCount - position
        guard kept.isEmpty, available >= FrameHeader.byteCount else {
            return try complete(from: bytes, at: &position, expecting: expected)
        }
        let header = try FrameHeader(bytes, at: position, on: network)
        if let expected, header.kind != expected { return .unexpected(header.command) }
        guard let kind = header.kind else {
            position += FrameHeader.byteCount
            return startSkipping(header)
        }
        let frameBytes = FrameHeader.byteCount + header.payloadBytes
        guard available >= frameBytes else {
            return try complete(from: bytes, at: &position, expecting: expected)
        }
        let frame = bytes.extracting(position..<(position + frameBytes))
        position += frameBytes
        return .message(try Message(kind, in: frame, checksum: header.checksum))
    }

    /// A payload of no bytes is read past as well: `skipped` comes with the next call.
    private mutating func startSkipping(_ header: FrameHeader) -> Step {
        isSkipping = true
        bytesToSkip = UInt32(header.payloadBytes)
        return .skipping(header.command, payloadBytes: header.payloadBytes)
    }

    private mutating func skip(in bytes: RawSpan, at position: inout Int) -> Step? {
        let count = min(UInt32(clamping: bytes.byteCount - position), bytesToSkip)
        position += Int(count)
        bytesToSkip -= count
        guard bytesToSkip == 0 else { return nil }
        isSkipping = false
        return .skipped
    }

    /// Adds to what is kept until a frame is whole.
    private mutating func complete(
        from bytes: RawSpan,
        at position: inout Int,
        expecting expected: MessageKind?
    ) throws(WireError) -> Step? {
        keep(from: bytes, at: &position, until: FrameHeader.byteCount)
        guard kept.count >= FrameHeader.byteCount else {
            if kept.count >= FrameHeader.magicBytes {
                unsafe try FrameHeader.checkMagic(kept.span.bytes, at: 0, on: network)
            }
            return nil
        }
        let header = unsafe try FrameHeader(kept.span.bytes, at: 0, on: network)
        if let expected, header.kind != expected {
            kept = []
            return .unexpected(header.command)
        }
        guard let kind = header.kind else {
            kept = []
            return startSkipping(header)
        }
        let frameBytes = FrameHeader.byteCount + header.payloadBytes
        keep(from: bytes, at: &position, until: frameBytes)
        guard kept.count == frameBytes else { return nil }
        // The room is given back: most peers have nothing to say for minutes.
        let frame = kept
        kept = []
        return .message(
            unsafe try Message(kind, in: frame.span.bytes, checksum: header.checksum)
        )
    }

    /// Keeps what is there of the frame's first `count` bytes.
    private mutating func keep(from bytes: RawSpan, at position: inout Int, until count: Int) {
        let taken = min(count - kept.count, bytes.byteCount - position)
        guard taken > 0 else { return }
        // Doubled like an array's own room, but never beyond the frame.
        if kept.capacity < kept.count + taken {
            kept.reserveCapacity(min(count, max(kept.count + taken, 2 * kept.count)))
        }
        for offset in position..<(position + taken) {
            kept.append(bytes.littleEndian(UInt8.self, at: offset))
        }
        position += taken
    }
}
