import Glibc
@testable import LinuxIO

/// What a child process writes, line by line as it comes.
struct LineStream: ~Copyable {
    private var descriptor: FileDescriptor?
    private let number: CInt
    private(set) var lines: [String] = []
    private var rest: [UInt8] = []
    /// False once whoever wrote has closed its end.
    private(set) var isOpen = true

    /// Reads what comes out of a pipe, whose both ends the caller may drop. It has room for some
    /// 10,000 lines, so that a test which doesn't read yet stops nobody.
    init(readingFrom pipe: borrowing Pipe) throws {
        // F_SETPIPE_SZ, which Glibc's module lacks. Refused it only makes less room.
        _ = fcntl(pipe.input.number, 1031, 1 << 20)
        number = fcntl(pipe.output.number, F_DUPFD_CLOEXEC, 0)
        guard number >= 0 else { throw Failure("fcntl", errno) }
        descriptor = FileDescriptor(owning: number)
    }

    mutating func close() {
        descriptor = nil
        isOpen = false
    }

    /// For poll(2), which passes a negative number over.
    var pollNumber: CInt { isOpen ? number : -1 }

    /// Takes what is there; to be called when there is something, or it waits.
    mutating func read() {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(number, &chunk, chunk.count)
        guard count > 0 else {
            isOpen = false
            if !rest.isEmpty { take(rest) }
            return
        }
        rest += chunk[..<count]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(Array(rest[..<end]))
            rest.removeSubrange(...end)
        }
    }

    private mutating func take(_ bytes: [UInt8]) {
        lines.append(String(decoding: bytes, as: UTF8.self))
    }
}
