import CLinux
import Glibc

/// Signals as something to read. They interrupt nothing, and arrive at their place in the turn.
package struct Signals: ~Copyable, Sendable {
    package let descriptor: FileDescriptor

    /// Blocks the signals in the calling thread, so make it before any other thread is started: a
    /// thread inherits what is blocked, and one that blocks nothing would get the signal and end
    /// the process. Ignores SIGPIPE and SIGXFSZ in the whole process: a write to a peer that has
    /// gone, or beyond what a file may have (RLIMIT_FSIZE), is an error like any other.
    package init() throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        for signal in Signal.allCases { sigaddset(&set, signal.number) }
        let code = pthread_sigmask(SIG_BLOCK, &set, nil)
        precondition(code == 0, "pthread_sigmask: \(SystemError.describe(code))")
        descriptor = FileDescriptor(
            owning: try systemCall(.signalfd) {
                signalfd(-1, &set, CInt(SFD_NONBLOCK | SFD_CLOEXEC))
            }
        )
    }

    /// The next signal; nil when none waits. Several of one kind are one while they wait.
    package func next() throws(SystemError) -> Signal? {
        var info = signalfd_siginfo()
        let count = try systemCallUnlessBlocked(.read) {
            read(descriptor.number, &info, MemoryLayout<signalfd_siginfo>.size)
        }
        guard count != nil else { return nil }
        return Signal.allCases.first { $0.number == CInt(info.ssi_signo) }
    }
}
