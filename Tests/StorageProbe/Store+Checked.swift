import Storage

extension Store {
    /// A store that has opened a sound database.
    static func loaded(_ folder: String) -> Store {
        let store = Store(folder: folder)
        _ = store.contents()
        return store
    }

    func contents() -> Contents {
        let reply = handle(.load)
        if let setAside = reply.setAside { StorageProbe.fail("\(setAside)") }
        switch reply.result {
        case .success(.loaded(let contents)): return contents
        case .success(.loadedUnwritable(_, let error)): StorageProbe.fail("\(error)")
        case .success(.saved): StorageProbe.fail("saved instead of loaded")
        case .failure(let error): StorageProbe.fail("\(error)")
        }
    }

    /// Nil when it was saved, or loaded where it can be saved.
    func failure(of request: Request) -> StorageError? {
        switch handle(request).result {
        case .success(.loadedUnwritable(_, let error)): error
        case .success: nil
        case .failure(let error): error
        }
    }
}
