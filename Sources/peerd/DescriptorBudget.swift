import Control
import LinuxIO

/// How many descriptors the configured limits may need at once.
struct DescriptorBudget {
    /// Listeners, epoll, signals, pipes, standard streams, and what libraries open for a moment.
    static let overhead = 64

    let limits: Configuration.Limits
    let persistent: Int

    init(_ configuration: Configuration) {
        limits = configuration.limits
        persistent = configuration.persistent.max
    }

    var needed: Int {
        limits.connections + persistent + limits.whitelisted + Bounds.clients + Self.overhead
    }

    /// Raises the soft limit of this process to the hard one and checks that it suffices.
    func check() throws(StartupError) {
        let available: Int
        do throws(SystemError) {
            available = try DescriptorLimit.raise()
        } catch {
            throw StartupError(error)
        }
        guard needed > available else { return }
        throw StartupError(
            configuration: """
                limits.connections (\(limits.connections)) + persistent.max (\(persistent)) + \
                limits.whitelisted (\(limits.whitelisted)) + \(Bounds.clients) for clients + \
                \(Self.overhead) for the daemon itself need \(needed) descriptors, and the hard \
                limit is \(available): lower them, or raise LimitNOFILE= (ulimit -Hn)
                """
        )
    }
}
