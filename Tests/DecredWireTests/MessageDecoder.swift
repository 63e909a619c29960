import DecredWire
import Testing

/// Reads what a session has sent, as its peer would.
struct MessageDecoder {
    private var reader: FrameReader
    /// How many `initstate` there were, the only message that we write and don't read.
    private(set) var initialStates = 0

    init(_ network: WireNetwork) {
        reader = FrameReader(network: network)
    }

    mutating func messages(in bytes: [UInt8]) -> [Message] {
        var messages: [Message] = []
        var position = 0
        do throws(WireError) {
            while let step = try reader.next(in: bytes.span.bytes, at: &position) {
                switch step {
                case .message(let message):
                    messages.append(message)
                case .skipping(let command, 3) where command.description == "initstate":
                    initialStates += 1
                case .skipped:
                    break
                case .skipping, .unexpected:
                    Issue.record("a session sent \(step)")
                    return messages
                }
            }
        } catch {
            Issue.record("a session sent what is malformed: \(error)")
        }
        return messages
    }
}
