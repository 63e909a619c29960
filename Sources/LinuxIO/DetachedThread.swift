import CLinux
import Glibc

/// A thread that runs to its end by itself: nobody waits for it, at exit neither.
enum DetachedThread {
    /// Runs `body` on a new thread to which no signal is delivered.
    static func start(
        name: StaticString,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        // A thread starts with its maker's mask, so the signals are blocked around the call: were
        // they blocked by the thread itself, one could come before.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        let main = Unmanaged.passRetained(
            ThreadMain {
                name.withUTF8Buffer { clinux_name_thread($0.baseAddress) }
                body()
            }
        )
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { ThreadMain.run($0) }, main.toOpaque())
        guard code == 0 else {
            main.release()
            throw SystemError(.threadCreate, code)
        }
        pthread_detach(thread)
    }
}

/// `pthread_create` takes a pointer and a function without context, hence the object.
private final class ThreadMain: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    static func run(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let raw else { preconditionFailure("a thread without its object") }
        Unmanaged<ThreadMain>.fromOpaque(raw).takeRetainedValue().body()
        return nil
    }
}
