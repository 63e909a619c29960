package import Addressing
package import Facts
package import Timing

/// One TCP connection, wanted or established. Nothing but `ConnectionTable` changes the table's
/// copy.
///
/// 88 bytes, without a reference: 20,000 of them are one array of 1.8 MB.
package struct Connection: BitwiseCopyable, Sendable {
    package struct Traits: OptionSet, BitwiseCopyable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Redialled until it is removed. Only manual connections are.
        package static let persistent = Traits(rawValue: 1)
        /// Inbound from a whitelisted prefix: has slots of its own.
        package static let whitelisted = Traits(rawValue: 2)
        /// Came through an onion service or a local proxy, so that its address says nothing about
        /// it.
        package static let proxied = Traits(rawValue: 4)
        /// Proved itself: a success for its address, for the failure count and for the status line.
        package static let ready = Traits(rawValue: 8)
        /// Came from the machine itself, by a listener that trusts loopback.
        package static let trusted = Traits(rawValue: 32)
        /// Given by name: the table keeps a `Naming` for it.
        static let named = Traits(rawValue: 16)
    }

    package let id: ConnectionID
    /// Nil while a connection that was given by name has no address.
    package internal(set) var remote: PeerAddress?
    private var localPort: UInt16
    private var localIP: IPAddress
    package internal(set) var phase: Phase
    package internal(set) var kind: Kind
    package internal(set) var traits: Traits
    /// The number of the gate that it came through, if any.
    let gate: UInt8
    /// Counts dials, so that what an earlier one leads to late is known for what it is.
    var attempt: UInt32 = 0

    init(
        id: ConnectionID,
        kind: Kind,
        remote: PeerAddress?,
        phase: Phase,
        traits: Traits,
        gate: UInt8 = Gate.none
    ) {
        self.id = id
        self.gate = gate
        self.kind = kind
        self.remote = remote
        self.phase = phase
        self.traits = traits
        localPort = 0
        localIP = IPAddress(high: 0, low: 0)
    }

    /// Our end; nil until the socket is connected. Only IP addresses have sockets, so that the
    /// room which an onion key would need is saved.
    package internal(set) var local: PeerAddress? {
        get { localPort == 0 ? nil : PeerAddress(localIP, port: localPort) }
        set {
            localPort = newValue?.port ?? 0
            localIP = newValue?.ip ?? IPAddress(high: 0, low: 0)
        }
    }

    package var isPersistent: Bool { traits.contains(.persistent) }
    package var isReady: Bool { traits.contains(.ready) }
    package var isWhitelisted: Bool { traits.contains(.whitelisted) }

    /// Whether its address is one that many share (a proxy's, or the machine's own), so that what
    /// one of them does isn't held against it.
    var hasSharedAddress: Bool { !traits.isDisjoint(with: [.proxied, .trusted]) }

    /// Nil unless the connection is established.
    package var establishedSince: Instant? {
        switch phase {
        case .established(let since): since
        case .waiting, .dialing, .handshaking: nil
        }
    }

    package var isWaiting: Bool {
        switch phase {
        case .waiting: true
        case .dialing, .handshaking, .established: false
        }
    }

    package var isDialing: Bool {
        switch phase {
        case .dialing: true
        case .waiting, .handshaking, .established: false
        }
    }

    package var isHandshaking: Bool {
        switch phase {
        case .handshaking: true
        case .waiting, .dialing, .established: false
        }
    }

    /// Whether it has a connected socket.
    package var isOpen: Bool {
        switch phase {
        case .handshaking, .established: true
        case .waiting, .dialing: false
        }
    }

    var dialAttempt: DialAttempt { DialAttempt(id: id, number: attempt) }
}

/// One attempt to reach one address, or to resolve one name.
///
/// The number tells the attempts of one connection apart: a persistent connection keeps its id, and
/// an answer to an attempt that was given up must not be taken for an answer to the present one.
/// Numbers wrap after 4 billion attempts of one connection.
package struct DialAttempt: Hashable, BitwiseCopyable, Sendable {
    package let id: ConnectionID
    package let number: UInt32

    package init(id: ConnectionID, number: UInt32) {
        self.id = id
        self.number = number
    }

    /// Whether nothing was tried for the connection before.
    package var isFirst: Bool { number == 1 }
}
