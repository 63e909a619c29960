import Configuration
import Control
import Engine
import LinuxIO

/// Reads the configuration beside the loop, and makes of it what takes long: a list of 100,000
/// addresses takes a quarter of a second, a dead disk for ever.
struct ReloadThread: ~Copyable {
    /// What the configuration is read for.
    enum Purpose: Sendable {
        case reload, compare
    }

    enum Request: Sendable {
        /// Of the running one stays what can't change, and `addresses` is what was lent of the
        /// list.
        case reload(ConfigurationArguments, of: LoadedConfiguration, addresses: AddressList)
        /// What a reload would change of this one, but for keys that can't change.
        case compare(ConfigurationArguments, with: LoadedConfiguration, but: Set<String>)
    }

    /// What is to be in force.
    struct Prepared: Sendable {
        /// As it was read.
        let loaded: LoadedConfiguration
        /// With the network that is running.
        let kept: LoadedConfiguration
        /// Made of the list that was lent.
        let addresses: AddressList
        /// Whether there are any that weren't there.
        let hasMoreAddresses: Bool
    }

    enum Answer: Sendable {
        case reload(Result<Prepared, ConfigurationErrors>)
        case compare(Result<[ConfigurationDifference], ConfigurationErrors>)
    }

    private var thread: HelperThreads<Request, Answer>
    private var current: Purpose?
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

    /// Whether a reading can begin now. If not, what is there now is to be read after what is under
    /// way: then `wantsReload` or `wantsComparison` says that it is still to be asked for.
    mutating func mayBegin(_ purpose: Purpose) -> Bool {
        let isWanted = current != nil
        switch purpose {
        case .reload: wantsReload = isWanted
        case .compare: wantsComparison = isWanted
        }
        return !isWanted
    }

    /// Starts reading. To be called when `mayBegin` has said so.
    mutating func begin(_ request: Request) {
        precondition(current == nil, "a reading is under way")
        let isSent = thread.send(request)
        precondition(isSent, "a reading is under way that nobody knows of")
        switch request {
        case .reload: current = .reload
        case .compare: current = .compare
        }
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
        case .reload(let arguments, let running, let addresses):
            .reload(load(arguments).map { prepare($0, of: running, addresses) })
        case .compare(let arguments, let running, let fixed):
            .compare(
                load(arguments).map {
                    running.differences(to: $0, but: fixed, limit: Bounds.changedElements)
                }
            )
        }
    }

    private static func prepare(
        _ loaded: LoadedConfiguration,
        of running: LoadedConfiguration,
        _ lent: AddressList
    ) -> Prepared {
        let kept = loaded.keepingNetwork(of: running)
        var addresses = lent
        let hasMore = addresses.replace(
            with: kept.configuration.knownAddresses,
            onlyRoutable: kept.configuration.dialsOnlyRoutable
        )
        return Prepared(
            loaded: loaded,
            kept: kept,
            addresses: addresses,
            hasMoreAddresses: hasMore
        )
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
