/// What became of one datagram.
package enum Delivery: Equatable, Sendable {
    /// The kernel has queued it for its reader, which need not have read it yet.
    case sent
    /// Nobody will get it. `code` is the number of `errno`: EAGAIN when the reader doesn't keep up,
    /// ENOENT or ECONNREFUSED when there is none, EMFILE or ENOMEM when we couldn't make what we
    /// needed. The next one may well get through; there is nothing to be set up anew.
    case lost(code: CInt)
}
