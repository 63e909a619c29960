/// What came of a read. An error, a reset say, is thrown.
package enum ReadResult: Equatable, Sendable {
    /// At least one byte.
    case bytes(Int)
    /// The peer has said that it sends no more, and everything before was read.
    case endOfFile
    /// Nothing now; epoll says when.
    case wouldBlock

    /// What the kernel answered; nil for a call that would have to wait.
    init(_ count: Int?) {
        self =
            switch count {
            case nil: .wouldBlock
            case 0: .endOfFile
            case let count?: .bytes(count)
            }
    }
}
