/// Why what a peer sent is malformed. Each ends the connection: where the next frame begins is
/// unknown, or the peer doesn't speak this protocol.
package struct WireError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// Another network's frame, or no frame at all.
        case wrongMagic(UInt32)
        /// No character in a command, one that isn't printable ASCII, or one behind a zero.
        case badCommand
        /// More bytes of payload, or of a text, than there may be.
        case tooLong(UInt64, most: Int)
        /// Of the payload's checksum and the header's.
        case wrongChecksum(UInt32, announced: UInt32)
        /// The payload ends before the field does.
        case truncated
        /// A varint that a shorter one could hold.
        case notShortest
        /// Fewer addresses than 1 or more than `AdvertisedAddress.mostInMessage`.
        case badCount(UInt64)
        /// Seconds that don't fit into 63 bits, which dcrd refuses as well.
        case badTime(UInt64)
        /// In a text that must be printable ASCII.
        case badCharacter(UInt8)
        case unknownAddressType(UInt8)
        /// An IPv4 address that was sent as an IPv6 address.
        case mappedIPv4
    }

    /// What was being read; the raw value is for people. Of a list, `offset` says in which entry.
    package enum Field: String, Sendable {
        case magic
        case command
        case payloadLength = "payload length"
        case checksum
        case protocolVersion = "protocol version"
        case services
        case time
        case receiverServices = "receiver's services"
        case receiverIP = "receiver's IP"
        case receiverPort = "receiver's port"
        case senderServices = "sender's services"
        case senderIP = "sender's IP"
        case senderPort = "sender's port"
        case nonce
        case userAgentLength = "user agent's length"
        case userAgent = "user agent"
        case lastBlock = "last block"
        case relay
        case rate
        case count
        case lastSeen = "last seen"
        case addressType = "address type"
        case address
        case port
    }

    /// Nil while the header has not been read as far as that.
    package let command: Command?
    package let field: Field
    /// Where the field begins, or for `badCommand` and `badCharacter` the character: bytes from the
    /// frame's first one, so that the payload begins at 24.
    package let offset: Int
    package let reason: Reason

    package init(_ reason: Reason, in field: Field, at offset: Int, of command: Command?) {
        self.command = command
        self.field = field
        self.offset = offset
        self.reason = reason
    }
}

extension WireError: CustomStringConvertible {
    package var description: String {
        let message = command.map { "message '\($0)'" } ?? "frame"
        return "\(message), \(field.rawValue) at byte \(offset): \(reason)"
    }
}

extension WireError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongMagic(let magic):
            "0x\(String(magic, radix: 16)) is not this network's magic number"
        case .badCommand: "not printable ASCII padded with zeros"
        case .tooLong(let length, let most): "\(length) bytes where at most \(most) may be"
        case .wrongChecksum(let computed, let announced):
            "0x\(String(announced, radix: 16)) announced, "
                + "but the payload has 0x\(String(computed, radix: 16))"
        case .truncated: "the payload ends before it does"
        case .notShortest: "a number in more bytes than it needs"
        case .badCount(let count):
            "\(count) addresses where 1 to \(AdvertisedAddress.mostInMessage) may be"
        case .badTime(let seconds): "\(seconds) seconds are no time"
        case .badCharacter(let byte): "byte 0x\(String(byte, radix: 16)) is not printable ASCII"
        case .unknownAddressType(let type): "unknown type \(type)"
        case .mappedIPv4: "an IPv4 address as an IPv6 address"
        }
    }
}
