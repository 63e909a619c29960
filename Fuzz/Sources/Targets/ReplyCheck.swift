import Control

/// What the daemon answers, read as a client reads it: as a reply of any method.
enum ReplyCheck {
    static func run(_ input: inout InputReader) throws(BrokenPromise) {
        let kind = input.choice(below: 17)
        let message = input.remainder()
        switch kind {
        case 0: try check(message, as: Service.GetInfo.self)
        case 1: try check(message, as: Service.GetInterfaceDescription.self)
        case 2: try check(message, as: Peers.Connect.self)
        case 3: try check(message, as: Peers.AddPersistent.self)
        case 4: try check(message, as: Peers.Disconnect.self)
        case 5: try check(message, as: Peers.Remove.self)
        case 6: try check(message, as: Peers.List.self)
        case 7: try check(message, as: Peers.Status.self)
        case 8: try check(message, as: Peers.Monitor.self)
        case 9: try check(message, as: Peers.Explain.self)
        case 10: try check(message, as: Peers.History.self)
        case 11: try check(message, as: Peers.Ban.self)
        case 12: try check(message, as: Peers.ListBans.self)
        case 13: try check(message, as: Peers.AddAddresses.self)
        case 14: try check(message, as: Peers.Reload.self)
        case 15: try check(message, as: Peers.Totals.self)
        default: try check(message, as: Peers.Unban.self)
        }
    }

    private static func check<Parameters: MethodParameters>(
        _ message: [UInt8],
        as _: Parameters.Type
    ) throws(BrokenPromise) {
        let read: ReplyMessage<Parameters.Reply>
        do throws(ReplyError) {
            read = try ReplyMessage(decoding: message)
        } catch {
            return try promise(!error.cause.isEmpty, "an error without words")
        }
        switch read.result {
        case .success(let reply):
            var bytes: [UInt8] = []
            reply.encode(into: &bytes, continues: read.continues)
            try promise(Self.read(&bytes) == read, "\(reply) isn't read back")
        case .failure(let error):
            try promise(!read.continues, "an error continues")
            try checkWritten(error)
        }
    }

    static func checkWritten(_ error: ErrorReply) throws(BrokenPromise) {
        var bytes: [UInt8] = []
        switch error {
        case .service(let failure): failure.encode(into: &bytes)
        case .peers(let failure): failure.encode(into: &bytes)
        // Nobody sends one on purpose.
        case .unknown: return
        }
        let again: ReplyMessage<Done>? = read(&bytes)
        try promise(again?.result == .failure(error), "\(error) isn't read back")
    }

    /// One whole message; nil if it is none.
    private static func read<Reply: ReplyParameters>(
        _ bytes: inout [UInt8]
    ) -> ReplyMessage<Reply>? {
        guard bytes.popLast() == 0, !bytes.contains(0) else { return nil }
        return try? ReplyMessage(decoding: bytes)
    }
}
