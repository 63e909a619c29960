import ConnectionCore
import Engine
import LinuxIO
import Timing

/// Turns that come late. What is due by the clock isn't due by right then: a peer may have answered
/// long ago, and nobody has looked.
extension Daemon {
    /// Whether a turn that begins at `now` is late. If it is, the engine is told how long
    /// nobody listened.
    mutating func noteLateness(at now: Moment, after wait: Punctuality.Wait) -> Bool {
        let pause = punctuality.standstill(
            since: self.now.instant,
            wait,
            wasStopped: kernel.epoll.wasInterrupted,
            at: now.instant
        )
        guard let pause else { return false }
        if pause > .zero {
            tell(.stoodStill(for: pause), at: now)
        }
        return true
    }

    /// Looks at everything that is ready, before deadlines are. A wait tells 512 events at most,
    /// and one that was interrupted none. What stays ready is told again only behind the others,
    /// so a poll for each 512 sockets reaches all of them.
    mutating func catchUp(at now: Moment) throws(SystemError) {
        for _ in 0...transport.count / Epoll.capacity {
            try kernel.epoll.wait(timeout: .zero)
            let count = kernel.epoll.count
            try dispatchReady(at: now)
            guard count == Epoll.capacity else { return }
        }
    }
}
