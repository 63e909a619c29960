import CSystemd
import Glibc

/// The manager that started this process and wants to hear how it is, or nobody.
///
/// sd_notify(3) isn't used: its socket blocks, so that a manager which doesn't read (because it is
/// stopped, or swamped by others) would stop the loop. Seen with libsystemd 252: with room for 10
/// datagrams the twelfth unread one waits for ever.
package struct ServiceManager: ~Copyable, Sendable {
    private let socket: DatagramSocket?

    /// `WatchdogSec=` of the unit: after so long without `watchdog` the manager kills us. Half of
    /// it is a good pace. Nil without a watchdog.
    package let watchdogInterval: Duration?

    /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that no child
    /// speaks for us. Call it before there is a second thread: changing the environment is safe
    /// with one only.
    ///
    /// - Throws: `badPath` or `badEnvironment` when a variable makes no sense, `noSocket`.
    package static func fromEnvironment() throws(SystemdError) -> ServiceManager {
        let path = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
        unsetenv("NOTIFY_SOCKET")
        var interval: UInt64 = 0
        let found = csystemd_take_watchdog(&interval)
        guard found >= 0 else {
            throw .badEnvironment(variable: "WATCHDOG_USEC", code: -found)
        }
        return try ServiceManager(
            socketPath: path,
            watchdogInterval: found > 0 ? .microseconds(interval) : nil
        )
    }

    /// For a manager that listens at `socketPath`, written as in NOTIFY_SOCKET; nil when none does.
    package init(socketPath: String?, watchdogInterval: Duration?) throws(SystemdError) {
        if let socketPath {
            socket = try DatagramSocket(to: UnixAddress(path: socketPath))
        } else {
            socket = nil
        }
        self.watchdogInterval = watchdogInterval
    }

    /// Whether somebody listens at all: a status for nobody need not be put together.
    package var isPresent: Bool { socket != nil }

    /// Tells the manager, in one datagram and without waiting. Where nobody listens there is
    /// nothing to lose, and the answer is `sent`.
    ///
    /// A lost `ready` or `stopping` is worth saying again in a later turn; a lost status or sign of
    /// life is followed by the next one anyway.
    package func notify(_ states: ServiceState...) -> Delivery {
        guard socket != nil else { return .sent }
        var message = ServiceState.message(states, monotonicMicroseconds: Self.monotonic)
        return message.withUTF8 { bytes in
            socket?.send(UnsafeRawBufferPointer(bytes)) ?? .sent
        }
    }

    private static func monotonic() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }
}
