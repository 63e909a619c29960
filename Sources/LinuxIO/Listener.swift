import CLinux
import Glibc

/// A listening TCP socket. What it accepts inherits its options: non-blocking is the exception and
/// is asked for each time. See docs/kernel-notes.md.
package struct Listener: ~Copyable, Sendable {
    /// Completed connections that may wait to be accepted. The kernel cuts it to
    /// `net.core.somaxconn`, 4,096 unless the administrator raised it; more than 65,535 it never
    /// was.
    package static let backlog: CInt = 65_535

    package let descriptor: FileDescriptor
    /// Where it listens, with the port that the kernel chose if 0 was asked for.
    package let address: SocketAddress
    /// No interface has the address now. The kernel listens all the same, and peers get through as
    /// soon as one has it.
    package let isAddressMissing: Bool
    /// It takes IPv4 as well as IPv6, as only one that somebody else made may.
    package let isDualStack: Bool
    /// Whether connections may wait that were completed before our options were set, and so lack
    /// them. They come first, so the first time that nothing waits there are no more of them.
    private var mayHoldOlder: Bool

    /// Binds and listens. An IPv6 address takes IPv6 only, so that `0.0.0.0` and `[::]` go
    /// together.
    ///
    /// - Throws: EADDRINUSE when somebody listens there already, EACCES for a port below 1024,
    ///   EAFNOSUPPORT when the machine has no IPv6, EINVAL for a link-local address without its
    ///   interface, ENODEV for one whose interface isn't there.
    package init(binding address: SocketAddress) throws(SystemError) {
        try self.init(binding: address, isDualStack: false)
    }

    /// Keeps a place for one whose interface isn't there: a socket that isn't bound, accepts
    /// nothing, and would be reported by epoll all the time.
    package init(awaiting address: SocketAddress) throws(SystemError) {
        descriptor = try Socket.openStream(family: address.family)
        self.address = address
        isAddressMissing = true
        isDualStack = false
        mayHoldOlder = false
    }

    /// One in the place of this one, which doesn't listen any more, or on the link of another
    /// interface, and need not be closed yet.
    ///
    /// - Throws: As of `init(binding:)`.
    package func madeAnew(on interface: UInt32? = nil) throws(SystemError) -> Listener {
        let place = address.on(interface: interface ?? address.interface)
        return try Listener(binding: place, isDualStack: isDualStack)
    }

    private init(binding address: SocketAddress, isDualStack: Bool) throws(SystemError) {
        let descriptor = try Socket.openStream(family: address.family)
        if address.family == AF_INET6 {
            let isIPv6Only: CInt = isDualStack ? 0 : 1
            try descriptor.setOption(CInt(IPPROTO_IPV6), IPV6_V6ONLY, isIPv6Only)
        }
        // A restart must not wait for what its predecessor left in TIME_WAIT. Not SO_REUSEPORT:
        // with it two daemons would share one port without a word.
        try descriptor.setOption(SOL_SOCKET, SO_REUSEADDR, CInt(1))
        let isMissing = try Self.bindEvenIfMissing(descriptor, to: address)
        try Self.setInherited(descriptor)
        let number = descriptor.number
        try systemCall(.listen) { listen(number, Self.backlog) }
        self.address = try descriptor.localAddress()
        self.descriptor = descriptor
        isAddressMissing = isMissing
        self.isDualStack = isDualStack
        mayHoldOlder = false
    }

    /// Takes over a listening socket that somebody else made, systemd say. It may be dual-stack.
    package init(adopting descriptor: consuming FileDescriptor) throws(AdoptionError) {
        try Self.check(descriptor)
        let place: (address: SocketAddress, isDualStack: Bool)
        do throws(SystemError) {
            try descriptor.makeNonBlocking()
            try Self.setInherited(descriptor)
            let address = try descriptor.localAddress()
            place = (address, try Self.isDualStack(descriptor, of: address))
        } catch {
            throw .system(error)
        }
        address = place.address
        isDualStack = place.isDualStack
        self.descriptor = descriptor
        isAddressMissing = false
        mayHoldOlder = true
    }

    /// The next completed connection; nil when none waits.
    package mutating func accept() throws(AcceptFailure) -> Accepted? {
        var remote: SocketAddress?
        do throws(SystemError) {
            let number = try systemCallUnlessBlocked(.accept4) {
                let (result, written) = SocketAddress.written {
                    clinux_accept4(descriptor.number, $0, $1)
                }
                remote = written
                return result
            }
            guard let number else {
                mayHoldOlder = false
                return nil
            }
            let socket = Socket(connected: FileDescriptor(owning: number))
            if mayHoldOlder { try Self.setInherited(socket.descriptor) }
            guard let remote else { preconditionFailure("a peer that is neither IPv4 nor IPv6") }
            return Accepted(socket: socket, remote: remote)
        } catch {
            throw AcceptFailure(error)
        }
    }

    /// What an accepted socket starts with: it sheds when dropped, and notices a peer that
    /// vanished.
    private static func setInherited(
        _ descriptor: borrowing FileDescriptor
    ) throws(SystemError) {
        try descriptor.setOption(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        try TCPOptions.apply(to: descriptor)
    }

    private static func isDualStack(
        _ descriptor: borrowing FileDescriptor,
        of address: SocketAddress
    ) throws(SystemError) -> Bool {
        guard address.family == AF_INET6 else { return false }
        let isSixOnly: CInt = try descriptor.option(CInt(IPPROTO_IPV6), IPV6_V6ONLY)
        return isSixOnly == 0
    }

    private static func check(_ descriptor: borrowing FileDescriptor) throws(AdoptionError) {
        let family: CInt
        let type: CInt
        let isListening: CInt
        do throws(SystemError) {
            family = try descriptor.option(SOL_SOCKET, SO_DOMAIN)
            type = try descriptor.option(SOL_SOCKET, SO_TYPE)
            isListening = try descriptor.option(SOL_SOCKET, SO_ACCEPTCONN)
        } catch {
            throw .system(error)
        }
        guard family == AF_INET || family == AF_INET6, type == CInt(SOCK_STREAM.rawValue) else {
            throw .notTCP
        }
        guard isListening == 1 else { throw .notListening }
    }

    /// - Returns: Whether the address isn't there yet. Asked without IP_FREEBIND first, since with
    ///   it the kernel doesn't say.
    private static func bindEvenIfMissing(
        _ descriptor: borrowing FileDescriptor,
        to address: SocketAddress
    ) throws(SystemError) -> Bool {
        let number = descriptor.number
        do throws(SystemError) {
            try systemCall(.bind) { address.withSockaddr { bind(number, $0, $1) } }
            return false
        } catch {
            guard error.code == EADDRNOTAVAIL else { throw error }
        }
        switch address.family {
        case AF_INET: try descriptor.setOption(CInt(IPPROTO_IP), IP_FREEBIND, CInt(1))
        default: try descriptor.setOption(CInt(IPPROTO_IPV6), IPV6_FREEBIND, CInt(1))
        }
        try systemCall(.bind) { address.withSockaddr { bind(number, $0, $1) } }
        return true
    }
}
