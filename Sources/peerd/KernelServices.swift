import LinuxIO

/// What the loop needs of the kernel besides sockets, taken once at the start.
struct KernelServices: ~Copyable {
    /// Tokens of what lives as long as the loop; those of the listeners come behind the last.
    enum Source: UInt32 {
        case signals, lookups, reload, control
        /// The first of those that listeners have.
        static let listeners: UInt32 = 16
    }

    var epoll: Epoll
    let signals: Signals
    var reserve: ReserveDescriptor
    var lookups: NameLookups
    /// Started by the first reload.
    var reload: ReloadThread?

    /// Starts the resolver's threads.
    static func open() throws(StartupError) -> KernelServices {
        do throws(SystemError) {
            // Signals before the first thread, which inherits what is blocked.
            let signals = try Signals()
            let services = KernelServices(
                epoll: try Epoll(),
                signals: signals,
                reserve: try ReserveDescriptor(),
                lookups: try NameLookups()
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
    }

    /// The thread that reads the configuration.
    mutating func startReload(_ arguments: ConfigurationArguments) throws(SystemError) {
        if reload == nil {
            let thread = try ReloadThread()
            try thread.watch(by: epoll, token: EventToken(fixed: Source.reload.rawValue))
            reload = consume thread
        }
        reload?.read(arguments)
    }
}
