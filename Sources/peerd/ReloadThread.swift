import Configuration
import Control
import LinuxIO

/// Reads the configuration beside the loop: a list of 100,000 addresses takes a quarter of a
/// second, a dead disk for ever.
struct ReloadThread: ~Copyable {
    /// What is to be read, and what for.
    enum Request: Sendable {
        case reload(ConfigurationArguments)
        /// What a reload would change of this one, but for keys that can't change.
        case compare(ConfigurationArguments, with: LoadedConfiguration, but: Set<String>)
    }

    enum Answer: Sendable {
        case reload(Result<LoadedConfiguration, ConfigurationErrors>)
        case compare(Result<[ConfigurationDifference], ConfigurationErrors>)
    }

    private var thread: HelperThreads<Request, Answer>
    private var current: Request?
    /// Asked for while a reading was under way: that may have come before the file was changed,
    /// even if it has not been answered yet.
    private(set) var wantsReload = false
    private(set) var wantsComparison = false

    init() throws(SystemError) {
        thread = try HelperThreads(count: 1, limit: 1, name: "configuration") { Self.answer }
    }

    func watch(by epoll: borrowing Epoll, token: EventToken) throws(SystemError) {
        try thread.withDescriptor { descriptor throws(SystemError) in
            try epoll.add(descriptor, token: token, interest: .read)
        }
    }

    /// Starts reading, or sees to it that what is there now is read after what is under way: then
    /// `wantsReload` or `wantsComparison` says that it is still to be asked for.
    mutating func read(_ request: Request) {
        guard current == nil else {
            switch request {
            case .reload: wantsReload = true
            case .compare: wantsComparison = true
            }
            return
        }
        switch request {
        case .reload: wantsReload = false
        case .compare: wantsComparison = false
        }
        let isSent = thread.send(request)
        precondition(isSent, "a reading is under way that nobody knows of")
        current = request
    }

    /// Whether every reload that was asked for has been answered.
    var hasReloaded: Bool {
        guard !wantsReload else { return false }
        return switch current {
        case .reload: false
        case .compare, nil: true
        }
    }

    /// Whether a comparison that is asked for now is answered after another one.
    var isComparing: Bool {
        switch current {
        case .compare: true
        case .reload, nil: false
        }
    }

    mutating func nextAnswer() -> Answer? {
        guard let answer = thread.receive() else { return nil }
        current = nil
        return answer
    }

    private static func answer(_ request: Request) -> Answer {
        switch request {
        case .reload(let arguments):
            .reload(load(arguments))
        case .compare(let arguments, let running, let fixed):
            .compare(
                load(arguments).map {
                    running.differences(to: $0, but: fixed, limit: Bounds.changedElements)
                }
            )
        }
    }

    private static func load(
        _ arguments: ConfigurationArguments
    ) -> Result<LoadedConfiguration, ConfigurationErrors> {
        do throws(ConfigurationErrors) {
            return .success(try arguments.load())
        } catch {
            return .failure(error)
        }
    }
}
