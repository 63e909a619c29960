import Glibc

/// The descriptors that every program is started with. They are nobody's to close.
package enum StandardStream: CInt, Sendable {
    case input = 0
    case output = 1
    case errors = 2

    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// The width of the terminal; nil if it is none, or one that doesn't know.
    package var columns: Int? {
        var size = winsize()
        guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Opens /dev/null in the place of those that are closed. Otherwise the next descriptor gets
    /// such a number, and what is meant for people goes into a socket or a file. For the very start
    /// of a program.
    ///
    /// What was asked for and can't be shown, and what can't be read, stays an error: input and
    /// output are opened for the other direction. What is said beside that has no reader then.
    package static func fillGaps() throws(SystemError) {
        for stream in [input, output, errors] where fcntl(stream.rawValue, F_GETFD) < 0 {
            let direction =
                switch stream {
                case .input: O_WRONLY
                case .output: O_RDONLY
                case .errors: O_RDWR
                }
            // The lowest free number is this one: those before it are open.
            try systemCall(.open) { open("/dev/null", direction) }
        }
    }

    /// Writes all of the bytes, without a buffer. Waits for as long as nobody reads.
    ///
    /// - Throws: EPIPE when nobody reads any more, where SIGPIPE doesn't end the program first;
    ///   EBADF where it was closed; ENOSPC and their like.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        try Self.write(bytes, to: rawValue)
    }

    static func write(_ bytes: [UInt8], to number: CInt) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            do throws(SystemError) {
                let count = try repeated(.write) {
                    rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
                }
                rest = rest.dropFirst(count)
            } catch {
                // Somebody who shares it has made it non-blocking.
                guard error.code == EAGAIN else { throw error }
                var stream = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                _ = poll(&stream, 1, -1)
            }
        }
    }

    /// Waits for bytes and reads them into the beginning of `buffer`, which must have room.
    ///
    /// - Returns: How many, 0 at the end.
    package func read(into buffer: inout [UInt8]) throws(SystemError) -> Int {
        precondition(!buffer.isEmpty)
        return try Self.repeated(.read) {
            buffer.withUnsafeMutableBytes { Glibc.read(rawValue, $0.baseAddress, $0.count) }
        }
    }

    /// As `systemCall`, but EBADF is no mistake of ours: whoever started the program chose what the
    /// number is, and may have opened it for the other direction.
    private static func repeated(
        _ call: SystemCall,
        _ body: () -> Int
    ) throws(SystemError) -> Int {
        while true {
            let result = body()
            guard result < 0 else { return result }
            let code = errno
            guard code == EINTR else { throw SystemError(call, code) }
        }
    }

    /// Ends this program as writing to a closed pipe does, also where it was started with SIGPIPE
    /// ignored: whoever closed the pipe has seen enough, and there is nothing to say.
    package static func endByClosedPipe() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        // Blocked as well: the status that a shell makes of that signal.
        _exit(128 + SIGPIPE)
    }
}
