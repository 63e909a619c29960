/// Cuts the bytes of a connection into messages, each of which ends with a zero byte, wherever the
/// kernel has split them.
///
/// Each byte is looked at twice and copied twice, so that many small pieces of one long message
/// cost no more than one large piece.
package struct MessageFramer: Sendable {
    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where in `buffer` the next message begins; what is before has been taken.
    private var head = 0
    /// Where in `buffer` the message begins whose zero hasn't arrived.
    private var openStart = 0
    private var isTooLong = false

    /// Whole messages that wait to be taken.
    package private(set) var waiting = 0

    /// - Parameter limit: Bytes of a message without its zero.
    package init(limit: Int = Bounds.messageBytes) {
        self.limit = limit
    }

    /// Bytes that are kept.
    package var bufferedBytes: Int { buffer.count - head }

    /// Whether `next` has something to say: a whole message, or that one is too long.
    package var isReady: Bool { waiting > 0 || isTooLong }

    /// Whether the connection should be read. Not while `Bounds.callsWaiting` messages wait, nor
    /// while some wait and as many bytes are kept as one message may have: so a connection keeps at
    /// most `limit` and what was read at once, 1.1 MiB with reads of 64 KiB, in a buffer of at most
    /// 2.2 MiB, since arrays grow by doubling.
    package var wantsBytes: Bool {
        guard !isTooLong, waiting < Bounds.callsWaiting else { return false }
        return waiting == 0 || bufferedBytes < limit
    }

    /// Takes what was read. After a message that is too long, nothing more is kept.
    package mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !isTooLong else { return }
        dropTaken()
        var rest = bytes
        while let zero = rest.firstIndex(of: 0) {
            let length = buffer.count - openStart + (zero - rest.startIndex)
            guard length <= limit else { return giveUp() }
            buffer.append(contentsOf: rest[...zero])
            waiting += 1
            openStart = buffer.count
            rest = rest[(zero + 1)...]
        }
        guard buffer.count - openStart + rest.count <= limit else { return giveUp() }
        buffer.append(contentsOf: rest)
    }

    /// The next message without its zero, or nil if no whole one is there. Messages before one that
    /// is too long come first, whatever the splits were.
    package mutating func next() throws(MessageError) -> [UInt8]? {
        guard waiting > 0, let end = buffer[head...].firstIndex(of: 0) else {
            guard !isTooLong else { throw .tooLong }
            return nil
        }
        let message = Array(buffer[head..<end])
        head = end + 1
        waiting -= 1
        return message
    }

    private mutating func giveUp() {
        isTooLong = true
        buffer.removeSubrange(openStart...)
    }

    /// Moves what is left to the front. That isn't quadratic, since at most `Bounds.callsWaiting`
    /// messages are left when more is read.
    private mutating func dropTaken() {
        guard head > 0 else { return }
        buffer.removeSubrange(..<head)
        openStart -= head
        head = 0
        // One long message is no reason to keep its room for ever.
        if buffer.isEmpty, buffer.capacity > Self.keptCapacity { buffer = [] }
    }

    private static let keptCapacity = 64 << 10
}
