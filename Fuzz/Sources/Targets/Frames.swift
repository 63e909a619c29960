import DecredWire

/// Frames as their layout has them: magic number, command, length and checksum, then the payload.
enum Frames {
    private static let headerBytes = 24
    private static let checksumOffset = 20

    /// A message with a right header, whatever its payload.
    static func frame(
        _ command: [UInt8],
        _ payload: [UInt8],
        on network: WireNetwork
    ) -> [UInt8] {
        let name = command.prefix(12)
        var frame = littleEndian(network.magic)
        frame += name + Array(repeating: 0, count: 12 - name.count)
        frame += littleEndian(UInt32(payload.count))
        frame += checksum(of: payload[...])
        return frame + payload
    }

    static func frame(
        _ kind: MessageKind,
        _ payload: [UInt8],
        on network: WireNetwork
    ) -> [UInt8] {
        frame(Array(kind.command.description.utf8), payload, on: network)
    }

    static func payload(of message: Message) -> [UInt8] {
        var bytes: [UInt8] = []
        message.append(to: &bytes, on: .mainnet)
        return Array(bytes.dropFirst(headerBytes))
    }

    /// Makes the first frames of a stream right, as far as they are there: their magic number and
    /// their checksum. Not their command and length, by which mistakes are made.
    static func mend(_ stream: inout [UInt8], on network: WireNetwork) {
        var start = 0
        while stream.count - start >= headerBytes {
            stream.replaceSubrange(start..<(start + 4), with: littleEndian(network.magic))
            let length = (0..<4).reduce(0) { $0 | Int(stream[start + 16 + $1]) << (8 * $1) }
            let payloadStart = start + headerBytes
            guard stream.count - payloadStart >= length else { return }
            let next = payloadStart + length
            let checksumStart = start + checksumOffset
            stream.replaceSubrange(
                checksumStart..<payloadStart,
                with: checksum(of: stream[payloadStart..<next])
            )
            start = next
        }
    }

    private static func checksum(of payload: ArraySlice<UInt8>) -> [UInt8] {
        Array(BLAKE256.digest(of: payload.span.bytes).bytes.prefix(4))
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
