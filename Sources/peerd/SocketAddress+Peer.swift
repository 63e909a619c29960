import Addressing
import ConnectionCore
import Facts
import LinuxIO

extension SocketAddress {
    /// Why no socket can be bound or connected to an address now.
    enum Obstacle: Error, Equatable {
        /// An onion service has no address of its own.
        case onion
        /// No interface has the name that is the address's zone; the address without it.
        case noInterface(Zone, SocketAddress)
        /// The kernel couldn't be asked.
        case system(SystemError)
    }

    /// The address with the index that the interface of its zone has now.
    init(_ address: PeerAddress) throws(Obstacle) {
        guard let ip = address.ip else { throw .onion }
        let bare = SocketAddress(
            high: ip.withoutZone.high,
            low: ip.withoutZone.low,
            port: address.port
        )
        guard let zone = ip.zone else {
            self = bare
            return
        }
        let interface: UInt32?
        do throws(SystemError) {
            interface = try Interface.index(of: zone.description)
        } catch {
            throw .system(error)
        }
        guard let interface else { throw .noInterface(zone, bare) }
        self = bare.on(interface: interface)
    }

    /// The address with the zone that its interface is called by now; without one if that can't be
    /// told, as of an interface that is gone.
    var peerAddress: PeerAddress {
        let ip = IPAddress(foreignHigh: high, low: low)
        guard interface != 0, ip.mayHaveZone, let name = Interface.name(of: interface),
            let zone = try? Zone(named: name)
        else { return PeerAddress(ip, port: port) }
        return PeerAddress(ip.on(zone), port: port)
    }
}

extension DialFailure {
    /// Why an address can't be dialled at all.
    init(_ obstacle: SocketAddress.Obstacle) {
        switch obstacle {
        case .onion: self = .unsupportedAddress
        case .noInterface(let zone, _): self = .noLocalEnd(.interface(zone))
        case .system(let error): self.init(error.code, atOnce: true)
        }
    }
}
