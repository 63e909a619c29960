import BasicContainers
import ConnectionCore
import LinuxIO
import Timing

/// The sockets that peers come to, with what the configuration says of each.
struct Listeners: ~Copyable {
    struct Entry: ~Copyable {
        var listener: Listener
        let network: Arrival.Network
        let trustsLoopback: Bool
        /// Not watched until then, after the kernel had neither descriptor nor memory.
        var disarmedUntil: Instant?
    }

    /// For so long a listener is left alone when even the reserve didn't help.
    static let rest = Duration.milliseconds(100)

    private var entries = UniqueArray<Entry>()

    var count: Int { entries.count }

    /// When the first disarmed listener is to be watched again.
    var deadline: Instant? {
        var nearest: Instant?
        for index in 0..<entries.count {
            guard let until = entries[index].disarmedUntil else { continue }
            nearest = min(nearest ?? until, until)
        }
        return nearest
    }

    mutating func append(_ listener: consuming Listener, _ configured: Configuration.Listen) {
        let network: Arrival.Network =
            switch configured.network {
            case .ip: .ip
            case .onion: .onion
            }
        entries.append(
            Entry(
                listener: listener,
                network: network,
                trustsLoopback: configured.trustedLoopback,
                disarmedUntil: nil
            )
        )
    }

    subscript(index: Int) -> Entry {
        _read { yield entries[index] }
        _modify { yield &entries[index] }
    }

    /// Stops listening: what waits in the kernel's queue is reset.
    mutating func closeAll() {
        entries.removeAll()
    }
}
