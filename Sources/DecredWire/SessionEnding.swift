/// Why a session closed its connection.
package enum SessionEnding: Equatable, Sendable {
    /// Anything but `version` first, or what may not come at this point of the handshake or after
    /// it.
    case unexpected(Command)
    /// A second `version`.
    case repeatedVersion
    /// A protocol version below `SessionPolicy.oldestVersion`.
    case obsolete(version: Int32)
    /// What an automatic outbound peer must offer and this one doesn't.
    case lacksServices(UInt64)
    /// The peer is this very process: the dial that sent the nonce is to be closed as well. The
    /// number is the one that it has in `LiveDials`.
    case selfConnection(dial: UInt64)
    /// No complete frame for `SessionPolicy.idleTimeout`.
    case idle
    /// More than `SessionPolicy.mostQueuedBytes` would wait for the peer.
    case queueFull(bytes: Int)
    /// The peer doesn't take what is queued: see `WriteDeadline`. Said by whoever keeps the queue.
    case writesStalled
    /// And it is to be banned, as a fact before has said.
    case misbehaved(Misbehaviour)
}

extension SessionEnding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpected(let command): "'\(command)' out of order"
        case .repeatedVersion: "a second 'version'"
        case .obsolete(let version): "obsolete protocol version \(version)"
        case .lacksServices(let missing): "lacks services 0x\(String(missing, radix: 16))"
        case .selfConnection: "connected to ourselves"
        case .idle: "idle"
        case .queueFull(let bytes): "\(bytes) bytes waited for it"
        case .writesStalled: "doesn't take what is sent"
        case .misbehaved(let misbehaviour): "misbehaved: \(misbehaviour)"
        }
    }
}
