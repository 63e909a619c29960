import Engine
import LinuxIO

/// Writes a recording beside the loop, one block after the other.
struct RecordingThread: ~Copyable {
    enum Request: Sendable {
        case block([UInt8])
    }

    struct Reply: Sendable {
        /// The memory of what was written, to be used again.
        let buffer: [UInt8]
        /// Nil if it was written.
        let error: SystemError?
    }

    /// The file belongs to the thread, and is closed when that ends.
    private final class Owner: Sendable {
        let file: NewFile

        init(_ file: consuming NewFile) {
            self.file = file
        }
    }

    private var thread: HelperThreads<Request, Reply>

    init(writing file: consuming NewFile) throws(SystemError) {
        let owner = Owner(file)
        // One is being written, and the last one waits.
        thread = try HelperThreads(count: 1, limit: 2, name: "recording") {
            var length = 0
            var failure: SystemError?
            return { request in
                switch request {
                case .block(let content):
                    guard failure == nil else { return Reply(buffer: content, error: failure) }
                    var pieces = [Recording.head(ofBlock: content), content]
                    if length == 0 { pieces.insert(Recording.beginning, at: 0) }
                    do throws(SystemError) {
                        length = try owner.file.append(pieces, at: length)
                    } catch {
                        failure = error
                    }
                    return Reply(buffer: content, error: failure)
                }
            }
        }
    }

    /// Whether something that was handed over isn't answered yet.
    var isBusy: Bool { thread.waiting > 0 }

    func watch(by epoll: borrowing Epoll, token: EventToken) throws(SystemError) {
        try thread.withDescriptor { descriptor throws(SystemError) in
            try epoll.add(descriptor, token: token, interest: .read)
        }
    }

    /// Hands over whole records. Traps while two blocks wait.
    mutating func write(_ content: [UInt8]) {
        let isTaken = thread.send(.block(content))
        precondition(isTaken, "a recording was handed over before there was room for it")
    }

    mutating func nextReply() -> Reply? { thread.receive() }
}
