/// What the kernel hasn't taken yet of the bytes for one peer. Few peers have such a queue at any
/// time.
struct SendQueue: Sendable {
    private var bytes: [UInt8]
    private var sent = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = Array(bytes)
    }

    var count: Int { bytes.count - sent }

    var waiting: ArraySlice<UInt8> { bytes[sent...] }

    mutating func append(_ more: ArraySlice<UInt8>) {
        // What was sent is let go before the array has to grow.
        if sent > bytes.count / 2 {
            bytes.removeSubrange(..<sent)
            sent = 0
        }
        bytes += more
    }

    mutating func noteSent(_ count: Int) {
        sent += count
    }
}
