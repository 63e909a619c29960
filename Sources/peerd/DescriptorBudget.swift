import Configuration
import Control
import LinuxIO

/// How many descriptors the configured limits may need at once.
struct DescriptorBudget {
    /// Listeners, epoll, signals, pipes and standard streams: 64; and three for each thread of the
    /// resolver: a server, the kernel's word on the addresses of this machine, a file.
    static let overhead = 64 + 3 * Resolver.mostThreads

    let limits: Configuration.Limits
    let persistent: Int

    init(_ configuration: Configuration) {
        limits = configuration.limits
        persistent = configuration.persistent.max
    }

    var needed: Int {
        limits.connections + persistent + limits.whitelisted + Bounds.clients + Self.overhead
    }

    /// What to warn of where nothing is started, so that the daemon's own limit can be another one;
    /// nil if what this process may have suffices.
    func doubt() throws(SystemError) -> String? {
        let available = try DescriptorLimit.raise()
        guard needed > available else { return nil }
        return
            "\(sum) need \(needed) descriptors, and whoever runs this check may have \(available) "
            + "(ulimit -Hn): the daemon doesn't start unless its own limit, of a unit LimitNOFILE=, "
            + "is higher"
    }

    private var sum: String {
        """
        limits.connections (\(limits.connections)) + persistent.max (\(persistent)) + \
        limits.whitelisted (\(limits.whitelisted)) + \(Bounds.clients) for clients + \
        \(Self.overhead) for the daemon itself
        """
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
                \(sum) need \(needed) descriptors, and the hard limit is \(available): lower them, \
                or raise LimitNOFILE= (ulimit -Hn)
                """
        )
    }
}
