import Engine
import LinuxIO
import Storage

/// What the loop asks of the store's thread.
enum StateRequest: Sendable {
    /// Takes the folder, before anything else is done in it.
    case lock
    case store(StoreRequest)
}

/// What came of a request.
enum StateReply: Sendable {
    /// Of `lock`; nil when the folder is this daemon's.
    case lock(DirectoryLock.Failure?)
    /// Of all others.
    case store(StoreReply)
}

struct StoreReply: Sendable {
    enum Answer: Sendable {
        case loaded(ReadState)
        /// It can be read and, for this reason, not be written.
        case loadedUnwritable(ReadState, StorageError)
        case saved
    }

    /// A damaged file that got out of the way of a new one, whether or not the request then worked.
    let setAside: SetAside?
    let result: Result<Answer, StorageError>
}
