import Glibc

/// Standard error, written without a buffer: a line is out before whatever comes next.
enum StandardError {
    /// Nobody can be told that standard error is closed, so an error ends the line and nothing
    /// else.
    static func write(line: String) {
        let bytes = Array("\(line)\n".utf8)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
