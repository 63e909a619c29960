import DecredWire
import Testing

/// Reads what a session has sent, as its peer would.
struct MessageDecoder {
    private var reader: FrameReader

    init(_ network: WireNetwork) {
        reader = FrameReader(network: network)
    }

    mutating func messages(in bytes: [UInt8]) -> [Message] {
        var messages: [Message] = []
        var position = 0
        do throws(WireError) {
            while let step = try reader.next(in: bytes.span.bytes, at: &position) {
                guard case .message(let message) = step else {
                    Issue.record("a session sent \(step)")
                    return messages
                }
                messages.append(message)
            }
        } catch {
            Issue.record("a session sent what is malformed: \(error)")
        }
        return messages
    }
}
