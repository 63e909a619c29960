import DecredWire

/// Frames made by hand for the tests, right or wrong.
enum Frames {
    static func encoded(_ message: Message, on network: WireNetwork = .mainnet) -> [UInt8] {
        var bytes: [UInt8] = []
        message.append(to: &bytes, on: network)
        return bytes
    }

    static func payload(of message: Message) -> [UInt8] { Array(encoded(message)[24...]) }

    /// A frame on mainnet, whose header is right unless told otherwise.
    static func frame(
        _ command: String,
        _ payload: [UInt8] = [],
        length: UInt32? = nil,
        checksum: UInt32? = nil
    ) -> [UInt8] {
        let right = BLAKE256.digest(of: payload.span.bytes).checksum
        return littleEndian(WireNetwork.mainnet.magic)
            + command.utf8 + Array(repeating: 0, count: 12 - command.utf8.count)
            + littleEndian(length ?? UInt32(payload.count)) + littleEndian(checksum ?? right)
            + payload
    }

    static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<(Number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// All steps of a connection that brings the bytes in such pieces.
    static func steps(
        _ bytes: [UInt8],
        pieces: [Int],
        reader: inout FrameReader
    ) throws(WireError) -> [FrameReader.Step] {
        var steps: [FrameReader.Step] = []
        var start = 0
        for count in pieces {
            let piece = Array(bytes[start..<(start + count)])
            var position = 0
            while let step = try reader.next(in: piece.span.bytes, at: &position) {
                steps.append(step)
            }
            start += count
        }
        return steps
    }

    /// As above, of a new connection on mainnet that brings all at once.
    static func steps(_ bytes: [UInt8]) throws(WireError) -> [FrameReader.Step] {
        var reader = FrameReader(network: .mainnet)
        return try steps(bytes, pieces: [bytes.count], reader: &reader)
    }

    /// What a new connection on mainnet that brings these bytes is closed for, if it is.
    static func error(_ bytes: [UInt8]) -> WireError? {
        do throws(WireError) {
            _ = try steps(bytes)
            return nil
        } catch {
            return error
        }
    }
}
