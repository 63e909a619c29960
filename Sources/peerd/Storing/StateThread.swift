import LinuxIO
import Storage

/// The store beside the loop: a commit waits for the disk, and a dying disk for ever.
struct StateThread: ~Copyable {
    private var thread: HelperThreads<StateRequest, StateReply>

    /// The folder must exist and be locked by this process. It is not touched before the first
    /// request.
    init(folder: String) throws(SystemError) {
        // One, and one request at a time: the order of the requests is that of the transactions.
        thread = try HelperThreads(count: 1, limit: 1, name: "store") {
            let store = Store(folder: folder)
            return { request in StateReply(store.handle(Store.Request(request))) }
        }
    }

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

extension Store.Request {
    fileprivate init(_ request: StateRequest) {
        switch request {
        case .load: self = .load
        case .apply(let changes): self = .apply(changes)
        case .replace(let snapshot): self = .replace(snapshot.contents)
        }
    }
}

extension StateReply {
    fileprivate init(_ reply: Store.Reply) {
        setAside = reply.setAside
        result = reply.result.map { answer in
            switch answer {
            case .loaded(let contents): .loaded(StoredState(contents))
            case .saved: .saved
            }
        }
    }
}
