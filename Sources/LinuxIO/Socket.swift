import Glibc

/// A non-blocking TCP socket. Whoever holds it owns the connection; dropping it hangs up.
package struct Socket: ~Copyable, Sendable {
    package let descriptor: FileDescriptor

    /// True from `dial` until `connectionResult()`, unless the connection was there at once.
    package private(set) var isConnecting: Bool

    /// Takes over a connected non-blocking socket.
    package init(connected descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
        isConnecting = false
    }

    private init(unconnected descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
        isConnecting = true
    }

    /// Gives the descriptor away, and with it the connection.
    package consuming func takeDescriptor() -> FileDescriptor { descriptor }

    /// Starts a connection. While `isConnecting`, the socket turns writable when the attempt is
    /// over.
    ///
    /// - Parameters:
    ///   - remote: Whom to connect to.
    ///   - local: The address to come from, of the same family. With port 0 the kernel picks one
    ///     for this remote only, so that one local address isn't limited to 28,000 connections in
    ///     all.
    /// - Returns: The socket, connecting or connected.
    /// - Throws: What the kernel knows without asking anybody: ENETUNREACH and its like when there
    ///   is no route, EADDRNOTAVAIL when `local` isn't there or has no port left, EMFILE and its
    ///   like.
    package static func dial(
        to remote: SocketAddress,
        from local: SocketAddress? = nil
    ) throws(SystemError) -> Socket {
        var socket = Socket(unconnected: try openStream(family: remote.family))
        if let local {
            precondition(local.family == remote.family, "dialling \(remote) from \(local)")
            try socket.bindForDialling(local)
        }
        let number = socket.descriptor.number
        do throws(SystemError) {
            try systemCall(.connect) { remote.withSockaddr { Glibc.connect(number, $0, $1) } }
            try socket.becomeConnected()
        } catch {
            // The normal case; and one that was interrupted goes on just the same.
            guard error.code == EINPROGRESS || error.code == EINTR else { throw error }
        }
        return socket
    }

    /// Whether the machine has an address that reaches `remote`, ports aside: asked of a datagram
    /// socket, whose ports are others, and which sends nothing.
    ///
    /// - Throws: EMFILE and its like, which leave it open.
    package static func hasAddress(
        reaching remote: SocketAddress,
        from local: SocketAddress?
    ) throws(SystemError) -> Bool {
        let type = CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        let probe = FileDescriptor(
            owning: try systemCall(.socket) { socket(remote.family, type, 0) }
        )
        let number = probe.number
        do throws(SystemError) {
            if let local {
                let any = SocketAddress(
                    high: local.high,
                    low: local.low,
                    port: 0,
                    interface: local.interface
                )
                try systemCall(.bind) { any.withSockaddr { bind(number, $0, $1) } }
            }
            try systemCall(.connect) { remote.withSockaddr { Glibc.connect(number, $0, $1) } }
            return true
        } catch {
            // EAGAIN: its own ports are used up too, which comes after the address.
            return error.code == EAGAIN
        }
    }

    private func bindForDialling(_ local: SocketAddress) throws(SystemError) {
        if local.port == 0 {
            // Without it `bind` takes a port that no other bound socket of this address may have.
            try descriptor.setOption(CInt(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, CInt(1))
        }
        try systemCall(.bind) { local.withSockaddr { bind(descriptor.number, $0, $1) } }
    }

    /// Says how the attempt ended, once epoll reports the socket; it isn't connecting any more
    /// then.
    ///
    /// - Throws: ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH and whatever else ended it, as of `connect`.
    package mutating func connectionResult() throws(SystemError) {
        isConnecting = false
        let code = try descriptor.option(SOL_SOCKET, SO_ERROR)
        guard code == 0 else { throw SystemError(.connect, code) }
        try becomeConnected()
    }

    /// Not before there is a connection: an attempt has a deadline of its own, most fail where a
    /// network is bad, and the sooner the kernel has the next one the better.
    private mutating func becomeConnected() throws(SystemError) {
        isConnecting = false
        try TCPOptions.apply(to: descriptor)
    }

    /// Our end, with the port that the kernel chose. Equal to the remote address, it says that the
    /// socket is connected to itself.
    package func localAddress() throws(SystemError) -> SocketAddress {
        try descriptor.localAddress()
    }

    /// Reads what is there into the beginning of `buffer`, at most `buffer.count` bytes. Traps if
    /// that is 0, since the answer could not be told from the end.
    ///
    /// - Throws: ECONNRESET when the peer hung up hard, ETIMEDOUT when it vanished, EHOSTUNREACH
    ///   and their like.
    package func read(into buffer: inout [UInt8]) throws(SystemError) -> ReadResult {
        try descriptor.receive(into: &buffer)
    }

    /// The same, but what is there is thrown away by the kernel and never copied.
    package func discard(atMost limit: Int) throws(SystemError) -> ReadResult {
        precondition(limit > 0)
        // For TCP, and only there, MSG_TRUNC means this: tcp(7).
        let count = try systemCallUnlessBlocked(.receive) {
            recv(descriptor.number, nil, limit, CInt(MSG_TRUNC))
        }
        return ReadResult(count)
    }

    /// Sends what the kernel takes at once of the bytes.
    ///
    /// - Returns: How many, 0 if epoll has to say when there is room.
    /// - Throws: EPIPE and ECONNRESET when the peer has hung up, ETIMEDOUT when it vanished.
    package func send(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        try descriptor.send(bytes)
    }

    /// From now on dropping the socket says goodbye (FIN) instead of hanging up hard (RST). For an
    /// accepted one that is kept: it came with the listener's setting, under which a refusal leaves
    /// nothing behind.
    package func clearLinger() throws(SystemError) {
        try descriptor.setOption(SOL_SOCKET, SO_LINGER, linger(l_onoff: 0, l_linger: 0))
    }

    static func openStream(family: CInt) throws(SystemError) -> FileDescriptor {
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        return FileDescriptor(owning: try systemCall(.socket) { socket(family, CInt(type), 0) })
    }
}
