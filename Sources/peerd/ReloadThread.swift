import LinuxIO

/// Where the configuration comes from, as the command line said: the same for every reload.
struct ConfigurationArguments: Equatable, Sendable {
    /// Nil for the standard file, which may be missing.
    var file: String?
    /// The arguments of `--set`.
    var settings: [String] = []

    func load() throws(ConfigurationErrors) -> LoadedConfiguration {
        try ConfigurationLoader.load(file: file, settings: settings)
    }
}

/// Reads the configuration beside the loop: a list of 100,000 addresses takes a quarter of a second, a
/// dead disk for ever.
struct ReloadThread: ~Copyable {
    typealias Answer = Result<LoadedConfiguration, ConfigurationErrors>

    private var thread: HelperThreads<ConfigurationArguments, Answer>

    init() throws(SystemError) {
        // One that is under way and one that was asked for meanwhile: more would say the same.
        thread = try HelperThreads(count: 1, limit: 2, name: "configuration") {
            { arguments in
                do throws(ConfigurationErrors) {
                    return .success(try arguments.load())
                } catch {
                    return .failure(error)
                }
            }
        }
    }

    func watch(by epoll: borrowing Epoll, token: EventToken) throws(SystemError) {
        try thread.withDescriptor { descriptor throws(SystemError) in
            try epoll.add(descriptor, token: token, interest: .read)
        }
    }

    /// Starts reading. If two readings are under way already, the second will see what is there now.
    mutating func read(_ arguments: ConfigurationArguments) {
        _ = thread.send(arguments)
    }

    var isIdle: Bool { thread.waiting == 0 }

    mutating func nextAnswer() -> Answer? { thread.receive() }
}
