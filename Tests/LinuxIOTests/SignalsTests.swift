import Glibc
import LinuxIO
import Testing

/// In a process of its own, and sent to the one thread that blocks them: the test runner has
/// threads that don't, and which a signal for the process would end.
@Suite("Signals")
struct SignalsTests {
    @Test("are read one after the other, and interrupt nothing")
    func reading() async {
        await #expect(processExitsWith: .success) {
            let signals = try Signals()
            let none = try signals.next()
            #expect(none == nil)
            for signal in Signal.allCases {
                pthread_kill(pthread_self(), signal.number)
                // Twice is once while it waits.
                pthread_kill(pthread_self(), signal.number)
                let ready = try Loopback.news(of: signals.descriptor, .read)
                #expect(ready != nil)
                let first = try signals.next()
                #expect(first == signal)
                let second = try signals.next()
                #expect(second == nil)
            }
        }
    }

    @Test("of a write to a peer that has gone don't end the process")
    func brokenPipe() async {
        await #expect(processExitsWith: .success) {
            let signals = try Signals()
            var ends: [CInt] = [-1, -1]
            #expect(pipe(&ends) == 0)
            close(ends[0])
            #expect(write(ends[1], "x", 1) == -1)
            #expect(errno == EPIPE)
            let none = try signals.next()
            #expect(none == nil)
        }
    }

    @Test("of a write beyond the limit on the size of files don't end the process")
    func fileSize() async {
        await #expect(processExitsWith: .success) {
            // As in a program's first thread, whatever the test runner made of its own.
            signal(SIGXFSZ, SIG_DFL)
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, SIGXFSZ)
            pthread_sigmask(SIG_UNBLOCK, &set, nil)
            let signals = try Signals()
            var limit = rlimit(rlim_cur: 1, rlim_max: rlim_t.max)
            #expect(setrlimit(CInt(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let file = try #require(tmpfile())
            #expect(write(fileno(file), "xx", 2) == 1)
            #expect(write(fileno(file), "x", 1) == -1)
            #expect(errno == EFBIG)
            let none = try signals.next()
            #expect(none == nil)
        }
    }

    @Test("have the numbers that people send")
    func numbers() {
        #expect(Signal.allCases.map(\.number) == [SIGTERM, SIGINT, SIGHUP, SIGUSR1])
    }
}
