import Addressing
import CLinux
import Facts
import Glibc
import LinuxIO

/// A test's own TCP socket on this machine: blocking, and every wait has a deadline.
///
/// A class, so that a test can hold a hundred of them in an array. It closes when it is dropped,
/// and earlier by `close()`.
class LoopbackSocket {
    private var descriptor: FileDescriptor?
    let number: CInt

    fileprivate init(_ descriptor: consuming FileDescriptor) {
        number = descriptor.number
        self.descriptor = consume descriptor
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    }

    /// Says goodbye (FIN), or with unread data hangs up.
    func close() { descriptor = nil }

    /// Our end.
    func address() throws -> PeerAddress {
        try Self.written("getsockname") { getsockname(number, $0, $1) }
    }

    /// A new socket that is bound to an address, if one is given.
    fileprivate static func bound(
        to address: PeerAddress?,
        like other: PeerAddress
    ) throws -> FileDescriptor {
        let family = other.ip?.v4 == nil ? AF_INET6 : AF_INET
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(family, type, 0)
        guard number >= 0 else { throw Failure("socket", errno) }
        let descriptor = FileDescriptor(owning: number)
        guard let address else { return descriptor }
        // A port that was just used, or that another connection of the test comes from.
        var on: CInt = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        guard lend(address, to: { bind(number, $0, $1) }) == 0 else {
            throw Failure("bind to \(address)", errno)
        }
        return descriptor
    }

    /// Has little room for what comes and isn't read; of a listener, in what it accepts too.
    fileprivate static func makeNarrow(_ number: CInt) {
        var (room, segment): (CInt, CInt) = (32_768, 1_000)
        let size = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(number, SOL_SOCKET, SO_RCVBUF, &room, size)
        setsockopt(number, CInt(IPPROTO_TCP), TCP_MAXSEG, &segment, size)
    }

    fileprivate static func lend(
        _ address: PeerAddress,
        to body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var raw = sockaddr_in6()
        var length = MemoryLayout<sockaddr_in6>.size
        withUnsafeMutableBytes(of: &raw) { bytes in
            bytes.storeBytes(of: address.port.bigEndian, toByteOffset: 2, as: UInt16.self)
            if let v4 = address.ip?.v4 {
                length = MemoryLayout<sockaddr_in>.size
                bytes.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
                bytes.storeBytes(of: v4.bigEndian, toByteOffset: 4, as: UInt32.self)
            } else if let ip = address.ip {
                bytes.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
                bytes.storeBytes(of: ip.high.bigEndian, toByteOffset: 8, as: UInt64.self)
                bytes.storeBytes(of: ip.low.bigEndian, toByteOffset: 16, as: UInt64.self)
            }
        }
        return withUnsafePointer(to: &raw) { raw in
            raw.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }

    fileprivate static func written(
        _ call: String,
        by body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
    ) throws -> PeerAddress {
        var raw = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &raw) { raw in
            raw.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
        guard result >= 0 else { throw Failure(call, errno) }
        return withUnsafeBytes(of: raw) { bytes in
            let port = UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
            if CInt(bytes.load(as: sa_family_t.self)) == AF_INET {
                let v4 = UInt32(bigEndian: bytes.load(fromByteOffset: 4, as: UInt32.self))
                return PeerAddress(IPAddress(v4: v4), port: port)
            }
            let high = UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
            let low = UInt64(bigEndian: bytes.load(fromByteOffset: 16, as: UInt64.self))
            return PeerAddress(IPAddress(high: high, low: low), port: port)
        }
    }
}

/// The other end of one of the daemon's connections.
final class LoopbackPeer: LoopbackSocket {
    /// How the daemon ended the connection.
    enum Ending: Equatable {
        /// With a FIN.
        case goodbye
        /// With a RST: of a refused peer nothing may stay in the kernel.
        case reset
        /// Not within the patience of a test.
        case none
    }

    /// Refused so fast that `connect` itself said it: the kernel had connected before.
    private let wasResetAtOnce: Bool

    /// Connects to the daemon. With `isNarrow` the kernel keeps little of what is sent to this end
    /// and not read, some 100 KB at both ends together, instead of megabytes.
    init(to remote: PeerAddress, from local: PeerAddress? = nil, isNarrow: Bool = false) throws {
        let descriptor = try Self.bound(to: local, like: remote)
        let number = descriptor.number
        if isNarrow { Self.makeNarrow(number) }
        let result = Self.lend(remote, to: { connect(number, $0, $1) })
        wasResetAtOnce = result != 0 && errno == ECONNRESET
        guard result == 0 || wasResetAtOnce else {
            throw Failure("connect to \(remote)", errno)
        }
        super.init(descriptor)
    }

    fileprivate override init(_ descriptor: consuming FileDescriptor) {
        wasResetAtOnce = false
        super.init(descriptor)
    }

    /// Sends so many zeros, and waits as long as the daemon takes them.
    func send(bytes count: Int) throws {
        let chunk = [UInt8](repeating: 0, count: 65_536)
        var rest = count
        while rest > 0 {
            let sent = Glibc.send(number, chunk, min(rest, chunk.count), CInt(MSG_NOSIGNAL))
            guard sent > 0 else { throw Failure("send", errno) }
            rest -= sent
        }
    }

    /// Sends it all, and waits as long as the daemon takes it.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.send(
                    number,
                    bytes.baseAddress.map { $0 + sent },
                    bytes.count - sent,
                    CInt(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw Failure("send", errno) }
            sent += count
        }
    }

    /// Waits for something, and takes what is there.
    func read(atMost limit: Int = 65_536) throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: min(limit, 65_536))
        let count = recv(number, &chunk, chunk.count, 0)
        guard count > 0 else { throw Failure("recv: \(count)", errno) }
        return Array(chunk[..<count])
    }

    /// Sends a FIN and goes on listening.
    func finishSending() { shutdown(number, CInt(SHUT_WR)) }

    /// Sends a RST.
    func hangUp() {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &option, size)
        close()
    }

    /// Waits for the daemon to end the connection.
    func ending() -> Ending {
        if wasResetAtOnce { return .reset }
        var byte: UInt8 = 0
        while true {
            let count = recv(number, &byte, 1, 0)
            if count == 0 { return .goodbye }
            if count < 0 { return errno == ECONNRESET ? .reset : .none }
        }
    }

    /// The address that the daemon dialled from.
    func source() throws -> PeerAddress {
        try Self.written("getpeername") { getpeername(number, $0, $1) }
    }

    /// Whether the connection has neither ended nor brought anything.
    var isHeld: Bool { Poll.firstReady(of: [number], within: .zero) == nil }
}

extension Sequence<LoopbackPeer> {
    var areHeld: Bool { allSatisfy { $0.isHeld } }
}

/// Where the daemon may dial.
final class LoopbackListener: LoopbackSocket {
    let remote: PeerAddress

    /// Binds and listens; port 0 takes any that is free. One connection more than `backlog` may
    /// wait to be accepted; with nil it doesn't listen, so that the port is taken and refuses.
    /// With `isNarrow` what it accepts is as with `LoopbackPeer`.
    init(_ address: PeerAddress, backlog: CInt? = 64, isNarrow: Bool = false) throws {
        let descriptor = try Self.bound(to: address, like: address)
        let number = descriptor.number
        if isNarrow { Self.makeNarrow(number) }
        remote = try Self.written("getsockname") { getsockname(number, $0, $1) }
        super.init(descriptor)
        if let backlog, listen(number, backlog) != 0 { throw Failure("listen", errno) }
    }

    /// Waits for the daemon's connection.
    func accept() throws -> LoopbackPeer { try Self.accept(from: [self]).peer }

    /// Whether a connection waits.
    var isCalled: Bool { Poll.firstReady(of: [number], within: .zero) != nil }

    /// Waits for the daemon's connection to any of several.
    static func accept(
        from listeners: [LoopbackListener]
    ) throws -> (peer: LoopbackPeer, index: Int) {
        guard let index = Poll.firstReady(of: listeners.map(\.number)) else {
            throw Failure("nobody connected in time")
        }
        // With a plain accept(2) a daemon that another test starts now could inherit the
        // connection, which then wouldn't end when this test closes it.
        let number = clinux_accept4(listeners[index].number, nil, nil)
        guard number >= 0 else { throw Failure("accept4", errno) }
        _ = fcntl(number, F_SETFL, 0)
        return (LoopbackPeer(FileDescriptor(owning: number)), index)
    }
}

enum Loopback {
    /// An address that no other test has, nor another process that runs these tests: each test
    /// takes numbers of its own. Each number is a network group of its own.
    static func host(_ number: UInt8) -> String {
        let process = UInt32(truncatingIfNeeded: getpid()) & 0xffff
        return "127.\(number).\(process >> 8).\(process & 0xff)"
    }

    static func address(_ number: UInt8, port: UInt16 = 0) throws -> PeerAddress {
        guard let address = PeerAddress("\(host(number)):\(port)") else {
            throw Failure("\(host(number)) is no address")
        }
        return address
    }
}
