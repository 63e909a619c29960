/// What two peers say to each other, as far as we read and write it. Everything about blocks,
/// transactions and mixing is read past: see `FrameReader`.
///
/// To and from bytes each is its own inverse, except that a `version` of an old peer may lack its
/// last fields, that its last byte may be any number for true, and that whatever else comes behind
/// a message's last field is read past.
package enum Message: Equatable, Sendable {
    case version(VersionMessage)
    case verack
    case ping(nonce: UInt64)
    case pong(nonce: UInt64)
    case getaddr
    /// Below protocol version 12. 1 to `AdvertisedAddress.mostInMessage` of them, none an onion
    /// service.
    case addr([AdvertisedAddress])
    /// From protocol version 12 on. 1 to `AdvertisedAddress.mostInMessage` of them.
    case addrv2([AdvertisedAddress])
    case sendheaders
    /// Atoms per kilobyte below which the sender wants to hear of no transaction.
    case feefilter(rate: Int64)

    /// What the header calls it.
    package var kind: MessageKind {
        switch self {
        case .version: .version
        case .verack: .verack
        case .ping: .ping
        case .pong: .pong
        case .getaddr: .getaddr
        case .addr: .addr
        case .addrv2: .addrv2
        case .sendheaders: .sendheaders
        case .feefilter: .feefilter
        }
    }
}
