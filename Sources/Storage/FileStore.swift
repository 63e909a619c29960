import Glibc

/// The store of peers and bans.
package typealias Store = FileStore<PeerTables>
/// The store of the address book.
package typealias AddressStore = FileStore<AddressTables>

/// A database as a service for the daemon's loop: what the helper thread runs.
///
/// It opens the database at the first request and, when something went wrong, again at a later one;
/// so every failure is an answer, and every request can be made again. Not Sendable: it is made on
/// its thread and stays there.
package final class FileStore<Tables: StoredTables> {
    package enum Request: Equatable, Sendable {
        /// Opens the database and reads all of it.
        case load
        /// Makes the changes in one transaction. What comes in while one is being written belongs
        /// into the next, together: a commit waits for the disk, some milliseconds.
        case apply([Tables.Change])
        /// Makes this all that is stored, in one transaction. The way back after a failure: whoever
        /// has the truth in memory need not remember which changes didn't get through.
        case replace(Tables.Contents)
        /// Looks whether all is in its place and could be written to.
        case check
    }

    package enum Answer: Equatable, Sendable {
        case loaded(Tables.Contents)
        /// It was read where nothing can be written, for this reason. The database isn't open.
        case loadedUnwritable(Tables.Contents, StorageError)
        /// It is on disk.
        case saved
    }

    package struct Reply: Sendable {
        /// Set when the database was found damaged and set aside, whether or not the request then
        /// worked: worth a warning. Unless it is the answer to `load`, `replace` is due.
        package let setAside: SetAside?
        package let result: Result<Answer, StorageError>
    }

    private let folder: String
    private var database: Database<Tables>?

    /// - Parameter folder: The state folder. It must exist, and be locked by this process.
    package init(folder: String) { self.folder = folder }

    /// Does what is asked for and says how it went. Blocks while the disk works, and at most
    /// `Connection.patience` a statement for another process.
    package func handle(_ request: Request) -> Reply {
        var setAside: SetAside?
        do throws(StorageError) {
            let answer = try answer(request, &setAside)
            return Reply(setAside: setAside, result: .success(answer))
        } catch {
            return Reply(setAside: setAside, result: .failure(error))
        }
    }

    /// A database that turns out to be damaged in use is set aside, and the new one gets the
    /// request: two rounds at most.
    private func answer(
        _ request: Request,
        _ setAside: inout SetAside?
    ) throws(StorageError) -> Answer {
        let wasDisplaced = !(database?.isInPlace() ?? true)
        if wasDisplaced {
            // What is called so now is somebody else's doing: it is neither written to nor deleted
            // by closing what was there.
            database?.leaveFilesAsTheyAre()
            database = nil
        }
        do throws(StorageError) {
            if wasDisplaced || database == nil {
                try request.mindDisplacement(of: folder, wasDisplaced)
            }
            return try perform(request, on: try opened(condemned: nil, &setAside))
        } catch {
            let wasOpen = database != nil
            if !error.leavesConnectionUsable {
                database?.leaveFilesAsTheyAre()
                database = nil
            }
            // Never while SQLite has it open: see `ReadOnlyFile`.
            if request == .load, database == nil,
                let contents = contentsUnwritable(because: error)
            {
                return .loadedUnwritable(contents, error)
            }
            guard error.kind == .damaged, wasOpen else { throw error }
            let damage = Damage.malformed(error.message)
            return try perform(request, on: try opened(condemned: damage, &setAside))
        }
    }

    /// What can be read where nothing can be written.
    private func contentsUnwritable(because error: StorageError) -> Tables.Contents? {
        switch error.kind {
        case .readOnly, .full, .inputOutput:
            // What can't be read this way either isn't better known for it.
            try? DatabaseImage(of: DatabaseFiles(folder: folder, schema: Tables.schema))
                .contents(of: Tables.self)
        case .unreachable, .busy, .tooManyRows, .refusedValue, .damaged, .newer, .displaced,
            .outOfMemory, .unexpected:
            nil
        }
    }

    private func opened(
        condemned: Damage?,
        _ setAside: inout SetAside?
    ) throws(StorageError) -> Database<Tables> {
        if let database { return database }
        let opened = try Database<Tables>(
            in: folder,
            condemned: condemned,
            atSeconds: time(nil),
            setAside: &setAside
        )
        database = opened
        return opened
    }

    private func perform(
        _ request: Request,
        on database: Database<Tables>
    ) throws(StorageError) -> Answer {
        switch request {
        case .load: return .loaded(try database.load())
        case .apply(let changes): try database.apply(changes)
        case .replace(let contents): try database.replace(with: contents)
        case .check: try database.checkWritable()
        }
        return .saved
    }
}

extension FileStore.Request {
    /// Changes alone aren't worth a new database: it must get everything. And only what is open
    /// can be looked at.
    fileprivate func mindDisplacement(
        of folder: String,
        _ wasDisplaced: Bool
    ) throws(StorageError) {
        switch self {
        case .apply where wasDisplaced, .check:
            let what =
                "\(Tables.schema.fileName) or its log in \(folder) was moved, removed or replaced"
            throw StorageError(.displaced, .save, what)
        case .load, .replace, .apply: return
        }
    }
}

extension StorageError {
    /// After the others nobody knows what the connection believes to be on disk; opening the file
    /// again reads what is.
    fileprivate var leavesConnectionUsable: Bool {
        switch kind {
        case .full, .busy, .tooManyRows, .refusedValue: true
        case .readOnly, .unreachable, .damaged, .newer, .displaced, .inputOutput, .outOfMemory,
            .unexpected:
            false
        }
    }
}
