extension Peers {
    /// Why something wasn't done, failed or ended. One vocabulary for errors, events and the
    /// history: as the error of a call it is an error reply, elsewhere it is a `Cause`.
    package enum Failure: Error, Equatable, Sendable {
        // Refused, before anything was tried.
        case shuttingDown
        case networkInactive
        /// No prefix where several bans, one for each address of a name, are the reason; no end for
        /// a ban for ever.
        case banned(prefix: String?, untilUnixUSec: Int64?)
        case rateLimited
        /// Dropped with this chance, from 0 to 1, while a flood is on.
        case flooded(chance: Double)
        case alreadyPending(id: UInt64)
        case alreadyConnected(id: UInt64)
        case duplicatePersistent(id: UInt64)
        case notPersistent(id: UInt64)
        case notFound
        case tooManyConnections(limit: Int)
        case tooManyPerHost(limit: Int)
        case tooManyPerListener(limit: Int)
        case tooManyWhitelisted(limit: Int)
        case tooManyPersistent(limit: Int)
        case tooManyPersistentPerHost(limit: Int)
        case tooManyBans(limit: Int)
        /// The ban that holds longer, of the prefix or of a wider one. No end for a ban for ever.
        case bannedLonger(prefix: String, untilUnixUSec: Int64?)
        case tooManyAddresses(limit: Int)
        /// The text if the caller gave one, nil if a name led to such addresses only; and what is
        /// wrong with it, as a sentence that names it, if that can be said.
        case unsupportedAddress(address: String?, reason: String?)
        /// What is wrong with each place of the configuration.
        case configurationRejected(problems: [String])

        // Failed while connecting.
        case timedOut(afterUSec: Int64)
        case refused
        case unreachable
        case noRoute
        case noLocalAddress
        case bindAddressMissing(address: String)
        case interfaceMissing(interface: String)
        /// The setting of the kernel that has too narrow a range of ports, and the range if the
        /// daemon may see it.
        case noLocalPort(setting: String, first: Int?, last: Int?)
        case unresolved(reason: String)
        case selfConnection
        case cancelled(by: Canceller)

        // Ended when connected, or either.
        case closedByPeer
        case peerVanished
        case closedByOperator
        // The network's protocol, in a handshake or after it.
        case handshakeTimedOut
        case malformed
        case misbehaved
        case unexpectedMessage
        case obsoleteVersion
        case lacksServices
        case idle
        case slow
        case resourcesExhausted(errno: Int32)
        case io(errno: Int32)
    }

    /// Who gave an attempt up.
    package enum Canceller: String, WireWord {
        case caller
        case `operator`
        case networkInactive
        case ban
        case shutdown
    }
}

extension Peers.Failure {
    /// The names of the errors within their interface.
    package enum Name: String, CaseIterable, Sendable {
        case shuttingDown = "ShuttingDown"
        case networkInactive = "NetworkInactive"
        case banned = "Banned"
        case rateLimited = "RateLimited"
        case flooded = "Flooded"
        case alreadyPending = "AlreadyPending"
        case alreadyConnected = "AlreadyConnected"
        case duplicatePersistent = "DuplicatePersistent"
        case notPersistent = "NotPersistent"
        case notFound = "NotFound"
        case tooManyConnections = "TooManyConnections"
        case tooManyPerHost = "TooManyPerHost"
        case tooManyPerListener = "TooManyPerListener"
        case tooManyWhitelisted = "TooManyWhitelisted"
        case tooManyPersistent = "TooManyPersistent"
        case tooManyPersistentPerHost = "TooManyPersistentPerHost"
        case tooManyBans = "TooManyBans"
        case bannedLonger = "BannedLonger"
        case tooManyAddresses = "TooManyAddresses"
        case unsupportedAddress = "UnsupportedAddress"
        case configurationRejected = "ConfigurationRejected"
        case timedOut = "TimedOut"
        case refused = "Refused"
        case unreachable = "Unreachable"
        case noRoute = "NoRoute"
        case noLocalAddress = "NoLocalAddress"
        case bindAddressMissing = "BindAddressMissing"
        case interfaceMissing = "InterfaceMissing"
        case noLocalPort = "NoLocalPort"
        case unresolved = "Unresolved"
        case selfConnection = "SelfConnection"
        case cancelled = "Cancelled"
        case closedByPeer = "ClosedByPeer"
        case peerVanished = "PeerVanished"
        case closedByOperator = "ClosedByOperator"
        case handshakeTimedOut = "HandshakeTimedOut"
        case malformed = "Malformed"
        case misbehaved = "Misbehaved"
        case unexpectedMessage = "UnexpectedMessage"
        case obsoleteVersion = "ObsoleteVersion"
        case lacksServices = "LacksServices"
        case idle = "Idle"
        case slow = "Slow"
        case resourcesExhausted = "ResourcesExhausted"
        case io = "IO"
    }

    package var name: Name {
        switch self {
        case .shuttingDown: .shuttingDown
        case .networkInactive: .networkInactive
        case .banned: .banned
        case .rateLimited: .rateLimited
        case .flooded: .flooded
        case .alreadyPending: .alreadyPending
        case .alreadyConnected: .alreadyConnected
        case .duplicatePersistent: .duplicatePersistent
        case .notPersistent: .notPersistent
        case .notFound: .notFound
        case .tooManyConnections: .tooManyConnections
        case .tooManyPerHost: .tooManyPerHost
        case .tooManyPerListener: .tooManyPerListener
        case .tooManyWhitelisted: .tooManyWhitelisted
        case .tooManyPersistent: .tooManyPersistent
        case .tooManyPersistentPerHost: .tooManyPersistentPerHost
        case .tooManyBans: .tooManyBans
        case .bannedLonger: .bannedLonger
        case .tooManyAddresses: .tooManyAddresses
        case .unsupportedAddress: .unsupportedAddress
        case .configurationRejected: .configurationRejected
        case .timedOut: .timedOut
        case .refused: .refused
        case .unreachable: .unreachable
        case .noRoute: .noRoute
        case .noLocalAddress: .noLocalAddress
        case .bindAddressMissing: .bindAddressMissing
        case .interfaceMissing: .interfaceMissing
        case .noLocalPort: .noLocalPort
        case .unresolved: .unresolved
        case .selfConnection: .selfConnection
        case .cancelled: .cancelled
        case .closedByPeer: .closedByPeer
        case .peerVanished: .peerVanished
        case .closedByOperator: .closedByOperator
        case .handshakeTimedOut: .handshakeTimedOut
        case .malformed: .malformed
        case .misbehaved: .misbehaved
        case .unexpectedMessage: .unexpectedMessage
        case .obsoleteVersion: .obsoleteVersion
        case .lacksServices: .lacksServices
        case .idle: .idle
        case .slow: .slow
        case .resourcesExhausted: .resourcesExhausted
        case .io: .io
        }
    }
}
