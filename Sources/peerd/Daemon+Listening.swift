import Addressing
import Configuration
import ConnectionCore
import Engine
import LinuxIO
import Systemd
import Timing

extension Daemon {
    /// Binds every listener that isn't there yet. On an error those that were there before are
    /// left, and none is added.
    mutating func listen(on configured: [Configuration.Listen]) throws(StartupError) {
        let before = listeners.count
        for listen in configured where listeners.index(configuredAs: listen.address) == nil {
            do throws(SystemError) {
                try bind(listen)
            } catch {
                while listeners.count > before {
                    listeners.remove(at: listeners.count - 1, by: kernel.epoll)
                }
                throw StartupError(listeningOn: listen.address, error)
            }
        }
        for index in before..<listeners.count {
            tellListening(index)
        }
    }

    mutating func tellListening(_ index: Int) {
        let address = listeners[index].address
        guard !listeners[index].isDead else {
            return journal.write(.listenerInterfaceMissing(address))
        }
        journal.write(.listening(address))
        if listeners[index].listener.isAddressMissing {
            journal.write(.listenerAddressMissing(address))
        }
    }

    /// Takes the listeners of a socket unit, with what the configuration says of their addresses.
    mutating func adopt(_ inherited: [InheritedSocket]) throws(StartupError) {
        for socket in inherited {
            do throws(AdoptionError) {
                try adopt(socket)
            } catch {
                throw StartupError(inheriting: socket, error)
            }
        }
        let ignored = configuration.listen.count {
            listeners.index(configuredAs: $0.address) == nil
        }
        journal.write(.listenersInherited(count: inherited.count, ignored: ignored))
    }

    private mutating func adopt(_ socket: InheritedSocket) throws(AdoptionError) {
        let listener = try Listener(adopting: try Self.descriptor(of: socket))
        let configured = Self.settings(of: listener.address.peerAddress, in: configuration)
        journal.write(.listening(configured.address))
        do throws(SystemError) {
            let number = listeners.freeGate(in: engine.core.table)
            let entry = Listeners.Entry(listener, configured, gateNumber: number)
            try listeners.append(entry, by: kernel.epoll, at: now.instant)
        } catch {
            throw .system(error)
        }
    }

    /// What the configuration says of an inherited listener of this very address, or what holds
    /// where it says nothing.
    private static func settings(
        of address: PeerAddress,
        in configuration: Configuration
    ) -> Configuration.Listen {
        if let named = configuration.listen.first(where: { $0.address == address }) {
            return named
        }
        var standard = Configuration.Listen()
        standard.address = address
        standard.trustedLoopback = address.ip?.isLoopback ?? false
        return standard
    }

    /// Lets inherited listeners take over what the configuration says of them now.
    mutating func updateInherited(by configuration: Configuration) {
        for index in 0..<listeners.count {
            let address = listeners[index].configuredAddress
            listeners[index].update(Self.settings(of: address, in: configuration))
        }
    }

    static func descriptor(
        of socket: InheritedSocket
    ) throws(AdoptionError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor(inherited: socket.number)
        } catch {
            throw .system(error)
        }
    }

    /// Closes what no unit of ours passes.
    mutating func close(_ unknown: [InheritedSocket]) {
        for socket in unknown {
            _ = try? FileDescriptor(inherited: socket.number)
            journal.write(.socketIgnored(socket.name))
        }
    }

    /// Binds what is new, after closing what stands in its way: `0.0.0.0` and one address can't
    /// have the same port. What was closed is bound again if that fails.
    mutating func replaceListeners(by new: [Configuration.Listen]) throws(StartupError) {
        let old = configuration.listen
        for index in (0..<listeners.count).reversed() {
            let address = listeners[index].configuredAddress
            guard !new.contains(where: { $0.address == address }),
                new.contains(where: { Self.collide($0.address, address) })
            else { continue }
            journal.write(.listenerClosed(listeners[index].address))
            listeners.remove(at: index, by: kernel.epoll)
        }
        do throws(StartupError) {
            try listen(on: new)
        } catch {
            try? listen(on: old)
            throw error
        }
    }

    private static func collide(_ one: PeerAddress, _ other: PeerAddress) -> Bool {
        guard let first = one.ip, let second = other.ip, one.port == other.port, one.port != 0,
            (first.v4 == nil) == (second.v4 == nil)
        else { return false }
        return first.isUnspecified || second.isUnspecified
    }

    private mutating func bind(_ configured: Configuration.Listen) throws(SystemError) {
        let (address, hasLink) = try Self.place(configured.address)
        let entry = Listeners.Entry(
            hasLink ? try Listener(binding: address) : try Listener(awaiting: address),
            configured,
            gateNumber: listeners.freeGate(in: engine.core.table),
            isDead: !hasLink
        )
        try listeners.append(entry, by: kernel.epoll, at: now.instant)
    }

    /// Where to listen, and whether there is the interface that this needs.
    private static func place(
        _ address: PeerAddress
    ) throws(SystemError) -> (address: SocketAddress, hasLink: Bool) {
        do throws(SocketAddress.Obstacle) {
            return (try SocketAddress(address), true)
        } catch {
            switch error {
            case .onion:
                preconditionFailure("the configuration has no listener at an onion address")
            case .noInterface(_, let bare): return (bare, false)
            case .system(let error): throw error
            }
        }
    }

    /// Closes the listeners that the configuration doesn't name any more, and lets the others take
    /// over what it says of them now. The peers that came through them stay.
    mutating func updateListeners(to configured: [Configuration.Listen]) {
        for index in (0..<listeners.count).reversed() {
            let address = listeners[index].configuredAddress
            if let listen = configured.first(where: { $0.address == address }) {
                listeners[index].update(listen)
            } else {
                journal.write(.listenerClosed(listeners[index].address))
                listeners.remove(at: index, by: kernel.epoll)
            }
        }
    }
}
