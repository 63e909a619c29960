import LinuxIO
import Storage

/// The store beside the loop: a commit waits for the disk, and a dying disk for ever.
struct StateThread: ~Copyable {
    private var thread: HelperThreads<StateRequest, StateReply>

    /// The folder is not touched before the first request. `runtime` is what this process has
    /// locked already.
    init(folder: String, runtime: FileIdentity?) throws(SystemError) {
        // One, and one request at a time: the order of the requests is that of the transactions.
        thread = try HelperThreads(count: 1, limit: 1, name: "store") {
            let folder = StateFolder(folder, runtime: runtime)
            return { request in folder.handle(request) }
        }
    }

    /// Whether a request waits for its answer.
    var isBusy: Bool { thread.waiting > 0 }

    func watch(by epoll: borrowing Epoll, token: EventToken) throws(SystemError) {
        try thread.withDescriptor { descriptor throws(SystemError) in
            try epoll.add(descriptor, token: token, interest: .read)
        }
    }

    /// Traps while a request waits for its answer.
    mutating func ask(_ request: StateRequest) {
        let isTaken = thread.send(request)
        precondition(isTaken, "the store was asked before it had answered")
    }

    mutating func nextReply() -> StateReply? { thread.receive() }
}
