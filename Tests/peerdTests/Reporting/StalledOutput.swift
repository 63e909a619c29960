import Glibc
@testable import LinuxIO

/// Something that a program can write to and that takes nothing, until it is read.
struct StalledOutput: ~Copyable {
    enum Kind: CaseIterable, Sendable {
        case pipe
        case socket
        /// Stopped by Ctrl-S.
        case terminal
    }

    /// What a program gets as its output. A child process inherits it.
    let number: CInt
    private let kind: Kind
    private let reading: CInt

    static func filled(_ kind: Kind) throws -> StalledOutput {
        let output = StalledOutput(kind, try ends(kind))
        try output.fill()
        return output
    }

    private init(_ kind: Kind, _ ends: (reading: CInt, writing: CInt)) {
        self.kind = kind
        (reading, number) = ends
        // Of the reading end no child must have a copy.
        _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
    }

    private static func ends(_ kind: Kind) throws -> (reading: CInt, writing: CInt) {
        var ends: [CInt] = [-1, -1]
        switch kind {
        case .pipe:
            guard pipe(&ends) == 0 else { throw Failure("pipe", errno) }
        case .socket:
            let type = CInt(SOCK_STREAM.rawValue)
            guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
                throw Failure("socketpair", errno)
            }
        case .terminal:
            return try openTerminal()
        }
        return (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(number)
    }

    /// The flags of the open file, which its users share.
    var flags: CInt { fcntl(number, F_GETFL) }

    private static func openTerminal() throws -> (CInt, CInt) {
        // posix_openpt(3) and its like aren't in Swift's Glibc module. What they do is TIOCSPTLCK
        // and TIOCGPTN, which it lacks as well.
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        guard master >= 0 else { throw Failure("open /dev/ptmx", errno) }
        var number: CInt = 0
        guard ioctl(master, 0x4004_5431, &number) == 0,
            ioctl(master, 0x8004_5430, &number) == 0
        else { throw Failure("ioctl", errno) }
        let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        guard slave >= 0 else { throw Failure("open", errno) }
        return (master, slave)
    }

    private func fill() throws {
        guard kind != .terminal else { return try press(0x13) }
        let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: 4_096)
        let flags = flags
        _ = fcntl(number, F_SETFL, flags | O_NONBLOCK)
        while write(number, bytes, bytes.count) > 0 {}
        // What is left of a page, or of the socket's memory.
        while write(number, bytes, 1) > 0 {}
        _ = fcntl(number, F_SETFL, flags)
    }

    private func press(_ key: UInt8) throws {
        guard write(reading, [key], 1) == 1 else { throw Failure("write", errno) }
        // The terminal handles what is typed in its own time.
        let deadline = ContinuousClock.now + ChildProcess.patience
        while isTakingBytes != (key == 0x11), ContinuousClock.now < deadline { _ = poll(nil, 0, 1) }
    }

    private var isTakingBytes: Bool {
        Poll.firstReady(of: [number], POLLOUT, within: .zero) != nil
    }

    /// Reads all lines until one contains a text.
    func lines(until text: String) throws -> [String] {
        if kind == .terminal { try press(0x11) }
        var found: [UInt8] = []
        var lines: [String] = []
        while !lines.contains(where: { $0.firstRange(of: text) != nil }) {
            guard Poll.firstReady(of: [reading]) != nil else {
                throw Failure("no '\(text)' in \(lines.suffix(5))")
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = read(reading, &chunk, chunk.count)
            guard count > 0 else { throw Failure("read", errno) }
            found += chunk[..<count].filter { $0 != UInt8(ascii: "\r") }
            guard let end = found.lastIndex(of: UInt8(ascii: "\n")) else { continue }
            lines += String(decoding: found[..<end], as: UTF8.self).split(separator: "\n")
                .map(String.init)
            found.removeSubrange(...end)
        }
        return lines
    }
}
