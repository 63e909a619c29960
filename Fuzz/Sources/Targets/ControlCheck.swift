import Control

/// What clients and the daemon say to each other: messages out of bytes, calls and replies out of
/// messages. What is read writes a message that reads as the same.
enum ControlCheck {
    static func run(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        switch input.choice(below: 16) {
        case 0..<4: try checkFramer(&input)
        case 4..<8: try checkCall(input.remainder())
        default: try ReplyCheck.run(&input)
        }
    }

    private struct Outcome: Equatable {
        var messages: [[UInt8]] = []
        var isTooLong = false
    }

    private static func checkFramer(_ input: inout InputReader) throws(BrokenPromise) {
        let limit = input.choice(below: 64)
        let pieces = input.bytes(input.choice(below: 16)).map { 1 + Int($0) }
        let stream = input.remainder()
        let expected = outcome(of: stream, limit: limit)
        let whole = try framed(stream, in: [max(stream.count, 1)], limit: limit)
        try promise(whole == expected, "at once: \(whole), not \(expected)")
        let split = try framed(stream, in: pieces.isEmpty ? [1] : pieces, limit: limit)
        try promise(split == expected, "in \(pieces): \(split), not \(expected)")
    }

    /// What zeros between messages mean, without any regard to pieces.
    private static func outcome(of stream: [UInt8], limit: Int) -> Outcome {
        var outcome = Outcome()
        var rest = stream[...]
        while true {
            let message = rest.prefix { $0 != 0 }
            guard message.count <= limit else {
                outcome.isTooLong = true
                break
            }
            guard message.endIndex < rest.endIndex else { break }
            outcome.messages.append(Array(message))
            rest = rest[(message.endIndex + 1)...]
        }
        return outcome
    }

    /// As the daemon reads: only while the framer wants more.
    private static func framed(
        _ stream: [UInt8],
        in lengths: [Int],
        limit: Int
    ) throws(BrokenPromise) -> Outcome {
        var framer = MessageFramer(limit: limit)
        var outcome = Outcome()
        var start = 0
        var turn = 0
        while start < stream.count, !outcome.isTooLong {
            while !framer.wantsBytes, take(from: &framer, into: &outcome) {}
            let length = lengths[turn % lengths.count]
            turn += 1
            let piece = stream[start..<min(start + length, stream.count)]
            start += piece.count
            framer.append(piece)
            try promise(framer.bufferedBytes <= limit + piece.count, "keeps too much")
        }
        while take(from: &framer, into: &outcome) {}
        return outcome
    }

    /// Whether there was a message.
    private static func take(from framer: inout MessageFramer, into outcome: inout Outcome) -> Bool
    {
        do throws(MessageError) {
            guard let message = try framer.next() else { return false }
            outcome.messages.append(message)
            return true
        } catch {
            outcome.isTooLong = true
            return false
        }
    }

    private static func checkCall(_ message: [UInt8]) throws(BrokenPromise) {
        let read: CallMessage
        do throws(MessageError) {
            read = try CallMessage(decoding: message)
        } catch {
            return
        }
        switch read.call {
        case .success(let call):
            try promise(read.wantsMore || !call.method.expectsMore, "\(call) without more")
            try promise(!read.wantsMore || !read.isOneway, "\(call) streams to nobody")
            try checkWritten(call)
        case .failure(let failure):
            try ReplyCheck.checkWritten(.service(failure))
        }
    }

    private static func checkWritten(_ call: Call) throws(BrokenPromise) {
        var bytes = call.encoded
        try promise(bytes.popLast() == 0 && !bytes.contains(0), "\(call) isn't one message")
        let again = try? CallMessage(decoding: bytes).call
        try promise(again == .success(call), "\(call) is read back as \(String(describing: again))")
    }
}

extension Call {
    /// The whole message that a client would send for it.
    fileprivate var encoded: [UInt8] {
        func encode(_ parameters: some MethodParameters) -> [UInt8] {
            var bytes: [UInt8] = []
            parameters.encode(into: &bytes)
            return bytes
        }
        return switch self {
        case .getInfo: encode(Service.GetInfo())
        case .getInterfaceDescription(let parameters): encode(parameters)
        case .connect(let parameters): encode(parameters)
        case .addPersistent(let parameters): encode(parameters)
        case .disconnect(let parameters): encode(parameters)
        case .remove(let parameters): encode(parameters)
        case .list(let parameters): encode(parameters)
        case .status: encode(Peers.Status())
        case .totals: encode(Peers.Totals())
        case .monitor(let parameters): encode(parameters)
        case .explain(let parameters): encode(parameters)
        case .history(let parameters): encode(parameters)
        case .ban(let parameters): encode(parameters)
        case .unban(let parameters): encode(parameters)
        case .listBans: encode(Peers.ListBans())
        case .addAddresses(let parameters): encode(parameters)
        case .setNetworkActive(let parameters): encode(parameters)
        case .reload: encode(Peers.Reload())
        case .setLogLevel(let parameters): encode(parameters)
        case .getConfiguration: encode(Peers.GetConfiguration())
        case .compareConfiguration: encode(Peers.CompareConfiguration())
        }
    }
}
