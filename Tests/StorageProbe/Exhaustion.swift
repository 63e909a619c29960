import Glibc
import Storage

/// A disk that is full, and then isn't any more.
enum Exhaustion {
    /// What ends the space: a limit of the process on the size of a file, or a small file system.
    private enum Space {
        case limited(bytes: Int)
        case taken(ballast: String)

        func take() {
            switch self {
            case .limited(let bytes): Self.limit(to: rlim_t(bytes))
            case .taken(let ballast):
                let file = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
                let block = [UInt8](repeating: 1, count: 4_096)
                while write(file, block, block.count) > 0 {}
                close(file)
            }
        }

        func giveBack() {
            switch self {
            case .limited: Self.limit(to: rlim_t.max)
            case .taken(let ballast): unlink(ballast)
            }
        }

        private static func limit(to bytes: rlim_t) {
            var limit = rlimit()
            getrlimit(CInt(RLIMIT_FSIZE.rawValue), &limit)
            limit.rlim_cur = min(bytes, limit.rlim_max)
            guard setrlimit(CInt(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
                StorageProbe.fail("setrlimit: \(errno)")
            }
        }
    }

    static func run(in folder: String, fileLimit: Int?) {
        // Else what exceeds the limit ends the process.
        signal(SIGXFSZ, SIG_IGN)
        let space =
            fileLimit.map { Space.limited(bytes: $0) } ?? .taken(ballast: folder + "/ballast")
        let written = whileWriting(in: folder, space)
        check(Store(folder: folder), written, "opened again")
        whileCreating(in: folder + "/new", fileLimit.map { _ in .limited(bytes: 512) } ?? space)
        StorageProbe.say("done")
    }

    /// - Returns: How many transactions there are in the end.
    private static func whileWriting(in folder: String, _ space: Space) -> Int {
        let store = Store.loaded(folder)
        space.take()
        var written = 0
        var failures = 0
        while failures < 10 {
            guard let error = store.failure(of: Churn.request(written + 1)) else {
                written += 1
                guard written < 100_000 else { StorageProbe.fail("the space doesn't end") }
                continue
            }
            guard error.kind == .full else { StorageProbe.fail("not full but \(error)") }
            if failures == 0 { StorageProbe.say("\(error)") }
            failures += 1
        }
        check(store, written, "when it is full")
        space.giveBack()
        if let error = store.failure(of: Churn.request(written + 1)) {
            StorageProbe.fail("tried again: \(error)")
        }
        check(store, written + 1, "when there is space again")
        return written + 1
    }

    private static func whileCreating(in folder: String, _ space: Space) {
        mkdir(folder, 0o700)
        space.take()
        let store = Store(folder: folder)
        let error = store.failure(of: .load)
        guard error?.kind == .full else {
            StorageProbe.fail("creating: \(error.map { "\($0)" } ?? "no error")")
        }
        guard access(folder + "/peerd.db.new", F_OK) != 0 else { StorageProbe.fail("left behind") }
        space.giveBack()
        check(store, 0, "created when there is space")
    }

    private static func check(_ store: Store, _ number: Int, _ when: String) {
        guard store.contents() == Churn.contents(after: number) else {
            StorageProbe.fail("\(when), it isn't what \(number) transactions made")
        }
    }
}
