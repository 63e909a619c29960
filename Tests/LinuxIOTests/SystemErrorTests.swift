import Glibc
import LinuxIO
import Testing

@Suite("A system error")
struct SystemErrorTests {
    @Test(
        "names the call, the text and the symbol",
        arguments: [
            (SystemError(.bind, EADDRINUSE), "bind: address already in use (EADDRINUSE)"),
            (SystemError(.accept4, EMFILE), "accept4: too many open files (EMFILE)"),
            (SystemError(.epollCreate, ENOMEM), "epoll_create1: cannot allocate memory (ENOMEM)"),
            (SystemError(.connect, 100_000), "connect: error 100000"),
        ]
    )
    func description(error: SystemError, text: String) {
        #expect("\(error)" == text)
    }

    @Test("is equal to one of the same call and number only")
    func equality() {
        #expect(SystemError(.bind, EINVAL) == SystemError(.bind, EINVAL))
        #expect(SystemError(.bind, EINVAL) != SystemError(.listen, EINVAL))
        #expect(SystemError(.bind, EINVAL) != SystemError(.bind, EACCES))
    }

    @Test(
        "of accept is sorted by what can be done",
        arguments: [
            (ECONNABORTED, AcceptFailure.transient(ECONNABORTED)),
            (EPROTO, .transient(EPROTO)),
            (ENETDOWN, .transient(ENETDOWN)),
            (EHOSTUNREACH, .transient(EHOSTUNREACH)),
            (ENOPROTOOPT, .transient(ENOPROTOOPT)),
            (EHOSTDOWN, .transient(EHOSTDOWN)),
            (ENONET, .transient(ENONET)),
            (EOPNOTSUPP, .transient(EOPNOTSUPP)),
            (ENETUNREACH, .transient(ENETUNREACH)),
            (EPERM, .transient(EPERM)),
            (EMFILE, .outOfDescriptors),
            (EINVAL, .notListening),
            (ENFILE, .exhausted(ENFILE)),
            (ENOBUFS, .exhausted(ENOBUFS)),
            (ENOMEM, .exhausted(ENOMEM)),
            // Unheard of: waiting a little is right whatever it means.
            (EDOM, .exhausted(EDOM)),
        ]
    )
    func acceptFailures(code: CInt, failure: AcceptFailure) {
        #expect(AcceptFailure(code) == failure)
    }
}
