package import Addressing

/// How a peer introduces itself: the first message of each side, sent exactly once.
package struct VersionMessage: Equatable, Sendable {
    /// An address as this message has it.
    package struct Endpoint: Hashable, BitwiseCopyable, Sendable {
        package var services: UInt64
        package var ip: IPAddress
        package var port: UInt16

        /// All zero, as senders give their own address, and where the other has no IP address.
        package static let none = Endpoint(services: 0, ip: IPAddress(high: 0, low: 0), port: 0)

        package init(services: UInt64, ip: IPAddress, port: UInt16) {
            self.services = services
            self.ip = ip
            self.port = port
        }
    }

    /// Bytes of the longest user agent. Source: dcrd `wire.MaxUserAgentLen`.
    package static let mostUserAgentBytes = 256

    /// The newest version that the sender speaks; negative ones are possible and mean nothing.
    package var protocolVersion: Int32
    /// What the sender offers, a bit each: 1 is a full node.
    package var services: UInt64
    /// The sender's clock, in Unix seconds; any number.
    package var unixSeconds: Int64
    /// Whom the sender believes to be talking to; proxies and address translation change it.
    package var receiver: Endpoint
    /// From here on fields are missing in old peers, and read as nothing, except that
    /// transactions are relayed.
    package var sender: Endpoint
    /// Random for each connection, so that who dials himself finds his own.
    package var nonce: UInt64
    /// Printable ASCII, at most `mostUserAgentBytes`.
    package internal(set) var userAgent: String
    /// The height of the best block; negative ones are possible and mean nothing.
    package var lastBlock: Int32
    /// Whether the sender wants to hear of transactions.
    package var relaysTransactions: Bool

    /// Traps unless `isUserAgent(userAgent)`.
    package init(
        protocolVersion: Int32,
        services: UInt64,
        unixSeconds: Int64,
        receiver: Endpoint,
        sender: Endpoint = .none,
        nonce: UInt64,
        userAgent: String,
        lastBlock: Int32 = 0,
        relaysTransactions: Bool
    ) {
        precondition(Self.isUserAgent(userAgent), "\(userAgent) can't be sent as a user agent")
        self.protocolVersion = protocolVersion
        self.services = services
        self.unixSeconds = unixSeconds
        self.receiver = receiver
        self.sender = sender
        self.nonce = nonce
        self.userAgent = userAgent
        self.lastBlock = lastBlock
        self.relaysTransactions = relaysTransactions
    }

    /// Whether a text is one that can be sent: printable ASCII of at most `mostUserAgentBytes`.
    package static func isUserAgent(_ text: String) -> Bool {
        text.utf8.count <= mostUserAgentBytes && text.utf8.allSatisfy(isPrintable)
    }

    /// What dcrd calls strict ASCII: from the space to the tilde.
    @inlinable
    static func isPrintable(_ byte: UInt8) -> Bool {
        byte &- 0x20 <= 0x7e - 0x20
    }
}
