import Glibc

/// A local datagram socket in the place of journald's or systemd's, whose file goes with it.
final class DatagramReceiver {
    let path: String
    private(set) var number: CInt

    /// Binds to a path that nobody else uses, or to this one.
    init(at path: String = newPath()) throws {
        self.path = path
        number = try Self.bound(to: path)
    }

    deinit {
        close(number)
        unlink(path)
    }

    private static func newPath() -> String {
        "/tmp/peerd-tests-\(getpid())-\(UInt32.random(in: 0 ... .max)).socket"
    }

    private static func bound(to path: String) throws -> CInt {
        let number = try newSocket()
        guard withAddress(path, { bind(number, $0, $1) }) == 0 else {
            throw Failure("bind to \(path)", errno)
        }
        return number
    }

    private static func newSocket() throws -> CInt {
        let number = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Failure("socket", errno) }
        return number
    }

    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    /// Waits for the next datagram.
    func nextBytes(
        by deadline: ContinuousClock.Instant = .now + ChildProcess.patience
    ) throws -> [UInt8] {
        while let bytes = takeNow() {
            // What `fill` has left.
            if !bytes.isEmpty { return bytes }
        }
        guard Poll.firstReady(of: [number], within: deadline - .now) != nil else {
            throw Failure("no datagram in time")
        }
        return try nextBytes(by: deadline)
    }

    /// As text.
    func next() throws -> String { String(decoding: try nextBytes(), as: UTF8.self) }

    /// A datagram that waits; nil if none does.
    private func takeNow() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(number, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    // MARK: Standing still

    /// Takes nothing any more until somebody reads, as a program that stands still: the kernel
    /// keeps some datagrams for it, and these are empty ones.
    func fill() throws {
        var wasTaken = true
        while wasTaken {
            // The kernel bounds what one sender may have waiting, too.
            let sender = try Self.newSocket()
            defer { close(sender) }
            wasTaken = false
            for _ in 0..<100 {
                let count = Self.withAddress(path) { address, length in
                    CInt(sendto(sender, nil, 0, CInt(MSG_DONTWAIT), address, length))
                }
                guard count == 0 else { break }
                wasTaken = true
            }
        }
    }

    /// Makes room again, and says what waited.
    func takeAll() -> [[UInt8]] {
        var all: [[UInt8]] = []
        while let bytes = takeNow() {
            if !bytes.isEmpty { all.append(bytes) }
        }
        return all
    }

    /// Goes away with what waits, as a program that ended; `restart` puts another one in its place.
    func goAway() {
        close(number)
        number = -1
        unlink(path)
    }

    func restart() throws { number = try Self.bound(to: path) }
}
