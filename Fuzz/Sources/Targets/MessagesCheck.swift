import DecredWire

/// One message of any payload: what is decoded encodes to the very bytes that it came of, without
/// what came behind its last field.
enum MessagesCheck {
    static func run(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        let kind = MessageKind.allCases[input.choice(below: MessageKind.allCases.count)]
        let payload = input.remainder()
        let frame = Frames.frame(kind, payload, on: .mainnet)
        switch decode(frame) {
        case .success(let message):
            try promise(message.kind == kind, "\(kind) is read as \(message)")
            try checkInverse(message, of: payload)
        case .failure(let error):
            try promise(
                error.command == kind.command && (0...frame.count).contains(error.offset)
                    && error.description.hasPrefix("message '\(kind.command)', "),
                "\(kind): \(error)"
            )
        }
    }

    private static func checkInverse(
        _ message: Message,
        of payload: [UInt8]
    ) throws(BrokenPromise) {
        let encoded = Frames.payload(of: message)
        guard case .version = message else {
            return try promise(
                payload.starts(with: encoded),
                "\(payload) is encoded as \(encoded)"
            )
        }
        // An old peer's lacks its last fields, and any number but 0 is true.
        var expected = Array(payload.prefix(encoded.count))
        if expected.count == encoded.count {
            expected[expected.count - 1] = min(expected.last ?? 0, 1)
        }
        try promise(encoded.starts(with: expected), "\(payload) is encoded as \(encoded)")
        let again = decode(Frames.frame(.version, encoded, on: .mainnet))
        try promise(again == .success(message), "\(message) is decoded as \(again)")
    }

    private static func decode(_ frame: [UInt8]) -> Result<Message, WireError> {
        Result { () throws(WireError) in
            var reader = FrameReader(network: .mainnet)
            var position = 0
            let step = try reader.next(in: frame.span.bytes, at: &position)
            guard case .message(let message) = step, position == frame.count else {
                preconditionFailure("a whole frame is read as \(String(describing: step))")
            }
            return message
        }
    }
}
