import Glibc

/// An address and port as the kernel knows them, as two numbers rather than as bytes.
///
/// An IPv4 address is its IPv4-mapped IPv6 address and nothing else. So a peer has one value,
/// whether it came through an IPv4 socket or through a dual-stack one, which reports mapped
/// addresses. A socket made for a mapped address is an IPv4 socket.
///
/// A link-local IPv6 address belongs to the link of one interface, without which the kernel neither
/// binds nor connects to it.
package struct SocketAddress: Hashable, BitwiseCopyable, Sendable {
    /// The upper half of the IPv6 address: 2001:db8::1 has 0x2001_0db8_0000_0000 here.
    package let high: UInt64
    /// The lower half; 0x0000_ffff_7f00_0001 for 127.0.0.1, with `high` 0.
    package let low: UInt64
    package let port: UInt16
    /// The index of a link-local address's interface; 0 if it isn't known, and for all other
    /// addresses.
    package let interface: UInt32

    package init(high: UInt64, low: UInt64, port: UInt16, interface: UInt32 = 0) {
        self.high = high
        self.low = low
        self.port = port
        self.interface = interface
    }

    /// The same address and port on the link of another interface.
    package func on(interface: UInt32) -> SocketAddress {
        SocketAddress(high: high, low: low, port: port, interface: interface)
    }

    /// `v4` in the order in which it is written: 127.0.0.1 is 0x7f00_0001.
    package init(v4: UInt32, port: UInt16) {
        self.init(high: 0, low: 0xffff_0000_0000 | UInt64(v4), port: port)
    }

    /// The IPv4 address that this one is; nil for IPv6.
    package var v4: UInt32? {
        high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
    }

    var family: CInt { v4 == nil ? AF_INET6 : AF_INET }
}

extension SocketAddress {
    /// Reads a `sockaddr_in` or `sockaddr_in6`; nil for any other family.
    ///
    /// Both begin with the family and the port. IPv4 has its address at 4, IPv6 at 8, after the
    /// flow label, and its interface at 24.
    init?(reading raw: UnsafeRawBufferPointer) {
        let port = UInt16(bigEndian: raw.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        switch CInt(raw.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            let v4 = UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            self.init(v4: v4, port: port)
        case AF_INET6:
            self.init(
                high: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                port: port,
                // In the order of the machine's bytes.
                interface: raw.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
            )
        default:
            return nil
        }
    }

    /// Has the kernel write an address, as `accept4` and `getsockname` do, and reads it.
    ///
    /// - Returns: What `body` returned, and the address, which is nil when `body` wrote none or one
    ///   of another family.
    static func written<Result>(
        by body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> (Result, SocketAddress?) {
        // The larger of the two; zeroed, its family is AF_UNSPEC.
        var raw = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &raw) { raw in
            raw.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
        return (result, withUnsafeBytes(of: raw) { SocketAddress(reading: $0) })
    }

    /// Lends the address in the kernel's form: `sockaddr_in` for IPv4, `sockaddr_in6` else.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        if let v4 {
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            raw.sin_addr.s_addr = v4.bigEndian
            return Self.lend(raw, to: body)
        }
        var raw = sockaddr_in6()
        raw.sin6_family = sa_family_t(AF_INET6)
        raw.sin6_port = port.bigEndian
        raw.sin6_scope_id = interface
        withUnsafeMutableBytes(of: &raw.sin6_addr) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return Self.lend(raw, to: body)
    }

    private static func lend<Raw, Result>(
        _ raw: Raw,
        to body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: raw) { raw in
            raw.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Raw>.size))
            }
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// `127.0.0.1:9108`, `[2001:db8::7]:9108` or `[fe80::1%2]:9108`, with the interface's index.
    package var description: String {
        if let v4 {
            let parts = stride(from: 24, through: 0, by: -8).map { String(v4 >> UInt32($0) & 0xff) }
            return "\(parts.joined(separator: ".")):\(port)"
        }
        var bytes = (high.bigEndian, low.bigEndian)
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) {
            // It can't fail: the family is known and the room is what the manual asks for.
            _ = inet_ntop(AF_INET6, &bytes, $0.baseAddress, socklen_t($0.count))
            return $0.baseAddress.map { String(cString: $0) } ?? ""
        }
        return "[\(text)\(interface == 0 ? "" : "%\(interface)")]:\(port)"
    }
}
