import LinuxIO

/// What the loop needs of the kernel besides sockets, taken once at the start.
struct KernelServices: ~Copyable {
    /// Tokens of what lives as long as the loop; those of the listeners come behind the last.
    enum Source: UInt32 {
        case signals, lookups, reload, control, store
        /// The first of those that listeners have.
        static let listeners: UInt32 = 16
    }

    var epoll: Epoll
    let signals: Signals
    var reserve: ReserveDescriptor
    var lookups: NameLookups
    /// Started by the first reload.
    var reload: ReloadThread?
    /// Nil where there is no state directory.
    var store: StateThread?

    /// Starts the resolver's threads, and the store's if there is a state directory.
    static func open(for folders: borrowing DirectoryLocks) throws(StartupError) -> KernelServices {
        do throws(SystemError) {
            // Signals before the first thread, which inherits what is blocked.
            let signals = try Signals()
            let runtime = try folders.runtimeIdentity()
            let services = KernelServices(
                epoll: try Epoll(),
                signals: signals,
                reserve: try ReserveDescriptor(),
                lookups: try NameLookups(),
                store: try folders.statePath.map { path throws(SystemError) in
                    try StateThread(folder: path, runtime: runtime)
                }
            )
            try services.watch()
            return services
        } catch {
            throw StartupError(error)
        }
    }

    private func watch() throws(SystemError) {
        try epoll.add(
            signals.descriptor,
            token: EventToken(fixed: Source.signals.rawValue),
            interest: .read
        )
        try lookups.watch(by: epoll, token: EventToken(fixed: Source.lookups.rawValue))
        try store?.watch(by: epoll, token: EventToken(fixed: Source.store.rawValue))
    }

    /// Starts the thread that reads the configuration, unless there is one.
    mutating func startReloadThread() throws(SystemError) {
        guard reload == nil else { return }
        let thread = try ReloadThread()
        try thread.watch(by: epoll, token: EventToken(fixed: Source.reload.rawValue))
        reload = consume thread
    }
}
