import Glibc

@testable import LinuxIO

/// A service manager that takes nothing until a test says so.
struct StandingManager: ~Copyable {
    let path: String
    private let number: CInt

    init() throws {
        path = "/tmp/peerd-manager-\(getpid())-\(UInt32.random(in: 0 ... .max)).socket"
        number = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0, let address = UnixPath(path) else { throw Failure("socket", errno) }
        guard address.withSockaddr({ bind(number, $0, $1) }) == 0 else {
            throw Failure("bind to \(path)", errno)
        }
    }

    deinit {
        close(number)
        unlink(path)
    }

    /// Leaves no room for anybody, with datagrams that say `full`.
    func fill() {
        let sender = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(sender) }
        guard let address = UnixPath(path) else { return }
        let text = Array("full".utf8)
        while address.withSockaddr({
            sendto(sender, text, text.count, CInt(MSG_DONTWAIT), $0, $1)
        }) > 0 {}
    }

    /// Makes room, and says what took it.
    func takeAll() throws -> [String] {
        var texts: [String] = []
        while let text = try next(within: .zero) { texts.append(text) }
        return texts
    }

    /// Takes what comes until it begins with this text.
    func wait(for text: String) throws {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while let found = try next(within: deadline - .now) {
            if found.hasPrefix(text) { return }
        }
        throw Failure("no '\(text)' in time")
    }

    private func next(within limit: Duration) throws -> String? {
        guard Poll.firstReady(of: [number], within: limit) != nil else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(number, &bytes, bytes.count, 0)
        guard count >= 0 else { throw Failure("recv", errno) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
