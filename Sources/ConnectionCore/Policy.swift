package import Addressing

/// Every number that the connection manager decides by. What the configuration can't change is a
/// static constant here. A lowered limit closes nothing; admission waits until there is room.
package struct Policy: Equatable, Sendable {
    package var limits = Limits()
    package var outbound = Outbound()
    package var persistent = Persistent()
    package var inbound = Inbound()
    package var handshake = Handshake()

    package init() {}

    /// Without a protocol that could prove more, a connection that has lasted this long is a
    /// success: a peer that accepts and hangs up at once is none.
    package static let readyAfter = Duration.seconds(10)

    /// For how long the dials that a returning network releases are spread.
    package static let spread = Duration.seconds(1)

    package struct Limits: Equatable, Sendable {
        /// Inbound, outbound, manual and feeler connections in every phase. dcrd's default.
        package var connections = 125
        /// Connections of one IPv4 address or IPv6 /64; 0 for no limit. dcrd's default.
        package var perHost = 5
        /// Slots that no other kind can take from manual connections. Bitcoin Core's number.
        package var reservedManual = 8
        /// Slots for inbound peers from `whitelist`, apart from `connections`.
        package var whitelisted = 32
        package var whitelist: [Prefix] = []

        package init() {}

        /// The first entry of the whitelist that covers the address.
        func whitelisting(_ address: PeerAddress) -> Prefix? {
            guard let ip = address.ip else { return nil }
            return whitelist.first { $0.contains(ip) }
        }
    }

    package struct Outbound: Equatable, Sendable {
        /// Outbound connections to hold; 0 dials nothing by itself.
        package var target = 8
        /// Outbound, manual and persistent entries of one network group; 0 for no limit.
        package var maxPerGroup = 1
        /// From `failuresBeforePause` failures in a row on, at most one attempt starts in this
        /// time.
        package var retry = Duration.seconds(5)
        /// For resolving a name and connecting to its first address, and for each further address.
        package var dialTimeout = Duration.seconds(30)
        /// Preferred while an address is picked; nil for no preference.
        package var defaultPort: UInt16?

        package init() {}

        /// dcrd's number.
        package static let failuresBeforePause = 25
        /// Candidates looked at for one slot. This and the next four are Bitcoin Core's numbers,
        /// but for the last.
        package static let picks = 100
        package static let picksAvoidingRecent = 30
        package static let picksWantingDefaultPort = 50
        package static let recently = Duration.seconds(10 * 60)
        /// What was attempted within this time is not picked at any try.
        package static let justNow = Duration.seconds(60)
        /// Attempts that start in one turn of the loop, 25 µs each with the kernel's part: a target
        /// of 10,000 would keep everybody else waiting for a quarter of a second otherwise.
        package static let mostDialsAtOnce = 128
    }

    package struct Persistent: Equatable, Sendable {
        package var max = 8
        /// The first wait; doubled for each further failure.
        package var retry = Duration.seconds(5)
        package var maxRetry = Duration.seconds(5 * 60)
        /// A connection that was established for this long is redialled at once when it is lost.
        package var stableAfter = Duration.seconds(60)

        package init() {}
    }

    package struct Handshake: Equatable, Sendable {
        /// Whether the network has a protocol, so that a handshake makes a connection ready. It
        /// can't change while there are connections.
        package var isRequired = false
        /// For all of it, however slowly it goes on. dcrd's number.
        package var timeout = Duration.seconds(30)

        package init() {}
    }

    package struct Inbound: Equatable, Sendable {
        /// Connections a second from one source, and how many it may open at once. dcrd's numbers.
        package var rate = 0.2
        package var burst = 3.0
        /// Attempts within 60 s; more is a flood.
        package var floodThreshold = 300

        package init() {}
    }
}
