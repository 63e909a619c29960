import Addressing

/// Peers that come and go, some thousand a second, made by a program of their own: see crowd.c.
struct Crowd: ~Copyable {
    private var process: ChildProcess

    init(at listener: PeerAddress, rate: Int, count: Int) throws {
        guard let host = listener.ip else { throw Failure("\(listener) is no IP address") }
        let program = try PeerdExecutable.path().dropLast("peerd".count) + "crowd"
        process = try ChildProcess(
            String(program),
            ["\(host)", "\(listener.port)", "\(rate)", "\(count)"]
        )
    }

    /// Whether it goes on, as far as is known at once.
    var isRunning: Bool {
        mutating get {
            _ = process.listen(until: .now)
            return process.outputLines.isEmpty
        }
    }

    mutating func waitForEnd() throws {
        let ending = try process.waitForEnd()
        guard ending == .exited(0) else { throw Failure("crowd: \(process.errorLines)") }
    }
}
