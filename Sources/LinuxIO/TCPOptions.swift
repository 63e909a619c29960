import Glibc

/// What every connection has, above all so that a peer that vanished without a word is noticed even
/// if the protocol above has nothing to say.
package enum TCPOptions {
    /// Silence after which the kernel asks the peer whether it is still there, in seconds.
    package static let keepAliveIdle: CInt = 60
    /// Between one such question and the next, in seconds.
    package static let keepAliveInterval: CInt = 15
    /// Questions without an answer that end the connection: 60 s + 4 · 15 s = 2 min of silence.
    package static let keepAliveProbes: CInt = 4
    /// How long sent data may stay without acknowledgement, in milliseconds. The kernel also ends
    /// keep-alive by it rather than by the number of probes, hence the same 2 min.
    package static let userTimeout: CInt = 120_000

    static func apply(to descriptor: borrowing FileDescriptor) throws(SystemError) {
        let tcp = CInt(IPPROTO_TCP)
        try descriptor.setOption(SOL_SOCKET, SO_KEEPALIVE, CInt(1))
        // What is sent is whole messages: waiting for more would only delay them, by 40 ms where
        // the other side delays its acknowledgements.
        try descriptor.setOption(tcp, TCP_NODELAY, CInt(1))
        try descriptor.setOption(tcp, TCP_KEEPIDLE, keepAliveIdle)
        try descriptor.setOption(tcp, TCP_KEEPINTVL, keepAliveInterval)
        try descriptor.setOption(tcp, TCP_KEEPCNT, keepAliveProbes)
        try descriptor.setOption(tcp, TCP_USER_TIMEOUT, userTimeout)
    }
}
