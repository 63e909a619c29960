import Glibc
import LinuxIO
import Testing

/// Real sockets on this machine, and waiting for them with a deadline.
enum Loopback {
    /// Long enough for a machine that is busy with something else; nobody waits for it to pass.
    static let patience = Duration.seconds(20)

    static func v4(_ address: UInt32 = 0x7f00_0001, port: UInt16 = 0) -> SocketAddress {
        SocketAddress(v4: address, port: port)
    }

    static func v6(port: UInt16 = 0) -> SocketAddress {
        SocketAddress(high: 0, low: 1, port: port)
    }

    /// An address of 127/8 that no other process running these tests has, for what needs a port
    /// that must be free.
    static func ownAddress(_ number: UInt8) -> UInt32 {
        let process = UInt32(truncatingIfNeeded: getpid()) & 0xffff
        return 0x7f00_0000 | (UInt32(number) | 0x80) << 16 | process
    }

    /// The first news of a descriptor; nil when `limit` passed without any.
    static func news(
        of descriptor: borrowing FileDescriptor,
        _ interest: Interest,
        within limit: Duration = patience
    ) throws -> ReadyEvent? {
        var epoll = try Epoll()
        try epoll.add(descriptor, token: EventToken(fixed: 0), interest: interest)
        let deadline = ContinuousClock.now + limit
        repeat {
            let count = try epoll.wait(timeout: deadline - ContinuousClock.now)
            if count > 0 { return epoll[0] }
        } while ContinuousClock.now < deadline
        return nil
    }

    /// Dials and waits for how it ends.
    static func connect(
        to remote: SocketAddress,
        from local: SocketAddress? = nil
    ) throws -> Socket {
        var socket = try Socket.dial(to: remote, from: local)
        if socket.isConnecting {
            try #require(try news(of: socket.descriptor, .write) != nil)
            try socket.connectionResult()
        }
        return socket
    }

    /// Accepts the connection that is on its way.
    static func accept(from listener: inout Listener) throws -> Accepted {
        try #require(try news(of: listener.descriptor, .read) != nil)
        guard let accepted = try listener.accept() else { throw Missing() }
        return accepted
    }

    /// What a read gives, once there is anything.
    static func read(from socket: borrowing Socket, room: Int = 64) throws -> ReadResult {
        try #require(try news(of: socket.descriptor, .read) != nil)
        var buffer = [UInt8](repeating: 0, count: room)
        return try socket.read(into: &buffer)
    }

    static func send(_ text: String, to socket: borrowing Socket) {
        let count = Glibc.send(
            socket.descriptor.number,
            text,
            text.utf8.count,
            CInt(MSG_NOSIGNAL)
        )
        #expect(count == text.utf8.count)
    }

    /// An integer option of a socket, as the kernel has it.
    static func option(
        _ level: Int,
        _ name: CInt,
        of descriptor: borrowing FileDescriptor
    ) -> CInt? {
        var value: CInt = -1
        var length = socklen_t(MemoryLayout<CInt>.size)
        let result = getsockopt(descriptor.number, CInt(level), name, &value, &length)
        return result == 0 ? value : nil
    }

    static func lingers(_ descriptor: borrowing FileDescriptor) -> (on: CInt, seconds: CInt) {
        var value = linger(l_onoff: -1, l_linger: -1)
        var length = socklen_t(MemoryLayout<linger>.size)
        getsockopt(descriptor.number, SOL_SOCKET, SO_LINGER, &value, &length)
        return (value.l_onoff, value.l_linger)
    }

    /// The states of all TCP sockets of the machine whose own port is `port`, but for listening: 1
    /// is ESTABLISHED, 2 SYN_SENT, 4 and 5 FIN_WAIT, 6 TIME_WAIT.
    static func states(ofLocalPort port: UInt16) -> [Int] {
        rows().compactMap { row in
            row.local == port && row.state != 10 ? row.state : nil
        }
    }

    /// The same for sockets whose peer's port is `port`.
    static func states(ofRemotePort port: UInt16) -> [Int] {
        rows().compactMap { $0.remote == port ? $0.state : nil }
    }

    /// An address of this machine that nothing else comes from or goes to: other sockets of the
    /// machine, and what is left of earlier ones, may have the same port at another.
    static func unshared() -> SocketAddress {
        v4(0x7f80_0000 | UInt32.random(in: 0x100...0x7f_ff00))
    }

    /// The states of all sockets with one end at exactly this IPv4 address, but for listening.
    static func states(of address: SocketAddress) -> [Int] {
        let host = String(address.v4?.byteSwapped ?? 0, radix: 16, uppercase: true)
        let port = String(address.port, radix: 16, uppercase: true)
        let pad = { (text: String, digits: Int) in
            String(repeating: "0", count: digits - text.count) + text
        }
        let text = "\(pad(host, 8)):\(pad(port, 4))"
        return contents(of: "/proc/net/tcp").split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 3, fields[1] == text || fields[2] == text else { return nil }
            return Int(fields[3], radix: 16).flatMap { $0 == 10 ? nil : $0 }
        }
    }

    private static func rows() -> [(local: UInt16, remote: UInt16, state: Int)] {
        ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
            contents(of: path).split(separator: "\n").dropFirst().compactMap { line in
                let fields = line.split(separator: " ")
                guard fields.count > 3,
                    let local = fields[1].split(separator: ":").last,
                    let remote = fields[2].split(separator: ":").last,
                    let localPort = UInt16(local, radix: 16),
                    let remotePort = UInt16(remote, radix: 16),
                    let state = Int(fields[3], radix: 16)
                else { return nil }
                return (localPort, remotePort, state)
            }
        }
    }

    private static func contents(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    struct Missing: Error {}
}

/// Sockets that the code under test wouldn't make: bound only, with a short queue, of another kind.
struct RawSocket: ~Copyable {
    let descriptor: FileDescriptor

    init(_ family: CInt = AF_INET, type: __socket_type = SOCK_STREAM) {
        descriptor = FileDescriptor(
            owning: socket(family, CInt(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        )
    }

    /// Binds to a port of 127.0.0.1 that the kernel chooses.
    func bindToLoopback() -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return bind(to: &address)
    }

    /// Binds to all addresses of both families, on a port that the kernel chooses.
    func bindToEverything() -> UInt16 {
        var off: CInt = 0
        setsockopt(descriptor.number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &off, 4)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        return bind(to: &address)
    }

    private func bind<Address>(to address: inout Address) -> UInt16 {
        var length = socklen_t(MemoryLayout<Address>.size)
        return withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                #expect(Glibc.bind(descriptor.number, address, length) == 0)
                #expect(getsockname(descriptor.number, address, &length) == 0)
            }
            // Both families have their port at 2.
            let port = UnsafeRawPointer(address).load(fromByteOffset: 2, as: UInt16.self)
            return UInt16(bigEndian: port)
        }
    }

    func listen(backlog: CInt) {
        #expect(Glibc.listen(descriptor.number, backlog) == 0)
    }

    consuming func takeDescriptor() -> FileDescriptor { descriptor }
}
