package import Addressing

/// What a peer's `version` told of it: its own word, all of it.
package struct PeerDescription: Equatable, Sendable {
    /// What it speaks, and what is spoken with it: the lower of both sides'.
    package let protocolVersion: Int32
    package let negotiatedVersion: Int32
    package let services: UInt64
    package let userAgent: String
    /// The height of its best block; negative ones mean nothing.
    package let lastBlock: Int32
    /// Where it sees us; nil if it doesn't say. From a peer that we dialled the port is the one
    /// that the connection has.
    package let ourAddress: PeerAddress?

    package init(
        protocolVersion: Int32,
        negotiatedVersion: Int32,
        services: UInt64,
        userAgent: String,
        lastBlock: Int32,
        ourAddress: PeerAddress?
    ) {
        self.protocolVersion = protocolVersion
        self.negotiatedVersion = negotiatedVersion
        self.services = services
        self.userAgent = userAgent
        self.lastBlock = lastBlock
        self.ourAddress = ourAddress
    }

    init(_ version: VersionMessage, negotiated: Int32) {
        protocolVersion = version.protocolVersion
        negotiatedVersion = negotiated
        services = version.services
        userAgent = version.userAgent
        lastBlock = version.lastBlock
        let seen = version.receiver
        ourAddress = seen.ip.isUnspecified ? nil : PeerAddress(seen.ip, port: seen.port)
    }
}
