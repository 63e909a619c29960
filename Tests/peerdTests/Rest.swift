import ConfigurationFixtures
import Glibc

/// The rest that follows every episode, however unusual: a loop without work does nothing.
extension LoopThread {
    /// Of a processor: more than a daemon without work takes, and far less than one that spins.
    private static let restingShare = 0.01

    /// Waits until its processor time stands still for a second. Work that an episode has left is
    /// done some time; a loop that spins is never done.
    func waitForRest() throws {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while case let share = try share(over: .seconds(1)), share >= Self.restingShare {
            guard ContinuousClock.now < deadline else {
                throw Failure("no rest: busy for \(share * 100) % of the last second")
            }
        }
    }
}

extension DaemonProcess {
    func waitForRest() throws { try loop.waitForRest() }
}

/// The wrapper under which a daemon's sockets stay open elsewhere when it closes them: see
/// Tests/CopiedSockets.
enum CopiedSockets {
    static func wrapper() throws -> [String] {
        let library = try PeerdExecutable.path().dropLast("peerd".count) + "libCopiedSockets.so"
        guard access(String(library), R_OK) == 0 else { throw Failure("\(library)", errno) }
        return ["/usr/bin/env", "LD_PRELOAD=\(library)"]
    }
}
