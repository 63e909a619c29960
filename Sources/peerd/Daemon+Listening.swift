import Addressing
import LinuxIO

extension Daemon {
    /// Binds every listener that isn't there yet. On an error those that were there before are left,
    /// and none is added.
    mutating func listen(on configured: [Configuration.Listen]) throws(StartupError) {
        let before = listeners.count
        for listen in configured where listeners.index(configuredAs: listen.address) == nil {
            do throws(SystemError) {
                try bind(listen)
            } catch {
                while listeners.count > before { listeners.remove(at: listeners.count - 1) }
                throw StartupError(listeningOn: listen.address, error)
            }
        }
        for index in before..<listeners.count {
            let address = listeners[index].listener.address
            journal.write(.listening(address))
            if listeners[index].listener.isAddressMissing {
                journal.write(.listenerAddressMissing(address))
            }
        }
    }

    private mutating func bind(_ configured: Configuration.Listen) throws(SystemError) {
        guard let address = SocketAddress(configured.address) else {
            preconditionFailure("the configuration has no listener at an onion address")
        }
        let entry = Listeners.Entry(try Listener(binding: address), configured)
        try listeners.append(entry, by: kernel.epoll)
    }

    /// Closes the listeners that the configuration doesn't name any more, and lets the others take
    /// over what it says of them now. The peers that came through them stay.
    mutating func updateListeners(to configured: [Configuration.Listen]) {
        for index in (0..<listeners.count).reversed() {
            let address = listeners[index].configuredAddress
            if let listen = configured.first(where: { $0.address == address }) {
                listeners[index].update(listen)
            } else {
                journal.write(.listenerClosed(listeners[index].listener.address))
                listeners.remove(at: index)
            }
        }
    }
}
