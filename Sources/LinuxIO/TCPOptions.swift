import Glibc

/// What every connection has, so that a peer that vanished without a word is noticed even if the
/// protocol above has nothing to say.
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
        try descriptor.setOption(tcp, TCP_KEEPIDLE, keepAliveIdle)
        try descriptor.setOption(tcp, TCP_KEEPINTVL, keepAliveInterval)
        try descriptor.setOption(tcp, TCP_KEEPCNT, keepAliveProbes)
        try descriptor.setOption(tcp, TCP_USER_TIMEOUT, userTimeout)
    }
}

extension FileDescriptor {
    func setOption<Value: BitwiseCopyable>(
        _ level: CInt,
        _ name: CInt,
        _ value: Value
    ) throws(SystemError) {
        try systemCall(.setsockopt) {
            withUnsafePointer(to: value) {
                setsockopt(number, level, name, $0, socklen_t(MemoryLayout<Value>.size))
            }
        }
    }

    /// An option that is an integer, as nearly all are.
    func option(_ level: CInt, _ name: CInt) throws(SystemError) -> CInt {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        try systemCall(.getsockopt) { getsockopt(number, level, name, &value, &length) }
        return value
    }

    /// Where this end of a socket is bound.
    func localAddress() throws(SystemError) -> SocketAddress {
        var address: SocketAddress?
        try systemCall(.getsockname) {
            let (result, written) = SocketAddress.written { getsockname(number, $0, $1) }
            address = written
            return result
        }
        guard let address else { preconditionFailure("neither an IPv4 nor an IPv6 socket") }
        return address
    }
}
