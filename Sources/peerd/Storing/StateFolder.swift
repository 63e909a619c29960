import Engine
import LinuxIO
import Storage

/// The state folder on the store's thread: nothing is read or written in it that isn't this
/// daemon's. Not Sendable: it is made on its thread and stays there.
final class StateFolder {
    private let path: String
    private let store: Store
    /// Nil also while the folder is the runtime directory, which this process has locked already.
    private var lock: DirectoryLock?
    private let runtime: FileIdentity?
    /// Only before the folder was had for the first time it is made: one that is gone was taken
    /// away by somebody, and a new one in its place is nobody's wish.
    private var missing = DirectoryLock.Missing.isMade
    /// Rows that mean nothing to us, as they were read. They stay stored.
    private var unreadable = Contents()

    /// `runtime` is the runtime directory that this process has locked, which may be the same. The
    /// number in the lock doesn't tell: in another container's view of processes it may be ours.
    init(_ path: String, runtime: FileIdentity? = nil) {
        self.path = path
        self.runtime = runtime
        store = Store(folder: path)
    }

    func handle(_ request: StateRequest) -> StateReply {
        do throws(DirectoryLock.Failure) {
            try secure()
        } catch {
            if case .lock = request { return .lock(error) }
            return .store(StoreReply(setAside: nil, result: .failure(StorageError(path, error))))
        }
        return switch request {
        case .lock: .lock(nil)
        case .store(let request): .store(reply(to: request))
        }
    }

    private func reply(to request: StoreRequest) -> StoreReply {
        let reply =
            switch request {
            case .load: store.handle(.load)
            case .apply(let changes): store.handle(.apply(changes.map { Change($0) }))
            case .replace(let snapshot):
                store.handle(.replace(Contents(snapshot, besides: unreadable)))
            case .check: store.handle(.check)
            }
        return StoreReply(
            setAside: reply.setAside,
            result: reply.result.map { answer in
                switch answer {
                case .loaded(let contents): .loaded(read(contents))
                case .loadedUnwritable(let contents, let error):
                    .loadedUnwritable(read(contents), error)
                case .saved: .saved
                }
            }
        )
    }

    private func read(_ contents: Contents) -> ReadState {
        let state = ReadState(contents)
        unreadable = state.unreadable
        return state
    }

    /// Sees to it that the folder is locked, also if it was taken away and came back, or another
    /// one was put in its place.
    private func secure() throws(DirectoryLock.Failure) {
        do throws(SystemError) {
            if try lock?.isInPlace() ?? false { return }
        } catch {
            throw .system(error)
        }
        // Given up first: what is in its place may be the same folder with another file.
        lock = nil
        do throws(DirectoryLock.Failure) {
            lock = try DirectoryLock(path, missing: missing)
        } catch {
            guard case .held = error, try isRuntime() else { throw error }
        }
        missing = .isAnError
    }

    private func isRuntime() throws(DirectoryLock.Failure) -> Bool {
        guard let runtime else { return false }
        do throws(SystemError) {
            return try FileIdentity(at: path, followingLinks: true) == runtime
        } catch {
            throw .system(error)
        }
    }
}

extension StorageError {
    fileprivate init(_ path: String, _ failure: DirectoryLock.Failure) {
        switch failure {
        case .held(let process):
            let holder = process.map { " (process \($0))" } ?? ""
            self.init(.busy, .lock, "another peerd\(holder) has \(path)")
        case .notPlain:
            self.init(.unreachable, .lock, "\(path)/lock is not a plain file with one name")
        case .system(let error):
            self.init(.lock, path: path, systemCode: error.code)
        }
    }
}

extension DirectoryLock.Failure {
    /// Whether a start is to be refused: somebody has named a wrong folder, or made something of
    /// it. What a disk does wrong may end, and the daemon is worth more than what it stores.
    var refusesStart: Bool {
        switch self {
        case .held, .notPlain: true
        case .system(let error): error.saysWrongFolder
        }
    }
}
