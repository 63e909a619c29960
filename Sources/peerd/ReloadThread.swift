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

/// Reads the configuration beside the loop: a list of 100,000 addresses takes a quarter of a
/// second, a dead disk for ever.
struct ReloadThread: ~Copyable {
    typealias Answer = Result<LoadedConfiguration, ConfigurationErrors>

    private var thread: HelperThreads<ConfigurationArguments, Answer>
    /// Asked for while a reading was under way: that may have come before the file was changed,
    /// even if it has not been answered yet.
    private var next: ConfigurationArguments?

    init() throws(SystemError) {
        thread = try HelperThreads(count: 1, limit: 1, name: "configuration") {
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

    /// Starts reading, or sees to it that what is there now is read after what is under way.
    mutating func read(_ arguments: ConfigurationArguments) {
        if !thread.send(arguments) { next = arguments }
    }

    /// Whether every reading that was asked for has been answered.
    var isIdle: Bool { thread.waiting == 0 }

    mutating func nextAnswer() -> Answer? {
        guard let answer = thread.receive() else { return nil }
        if let arguments = next {
            next = nil
            read(arguments)
        }
        return answer
    }
}
