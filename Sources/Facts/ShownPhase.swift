/// Where a connection stands, as it is shown and typed: what is established is either `ready` or,
/// before it counts as held, `connected`.
package enum ShownPhase: String, FactName {
    case waiting, dialing, handshaking, connected, ready
    /// Typed only: `connected` and `ready`.
    case established

    package init(_ phase: Phase.Name, isReady: Bool) {
        self =
            switch phase {
            case .waiting: .waiting
            case .dialing: .dialing
            case .handshaking: .handshaking
            case .established: isReady ? .ready : .connected
            }
    }

    /// Whether who asks for connections in this phase means those that are shown in the other.
    package func includes(_ shown: ShownPhase) -> Bool {
        switch self {
        case .established: shown == .connected || shown == .ready
        case .waiting, .dialing, .handshaking, .connected, .ready: self == shown
        }
    }
}
