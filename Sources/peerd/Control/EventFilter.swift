import Control

/// Which events a monitor wants.
struct EventFilter: Equatable, Sendable {
    private let names: Set<Peers.EventName>?

    /// - Parameter names: nil for all.
    init(_ names: [Peers.EventName]?) {
        self.names = names.map(Set.init)
    }

    func admits(_ name: Peers.EventName) -> Bool {
        names?.contains(name) ?? true
    }
}
