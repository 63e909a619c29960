import Glibc

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
