package import Addressing
import PlainText

/// Every number that peer sessions decide by, and what the operator wants peers to be told. One for
/// all sessions, lent to each call, so that none of them has a copy; a change counts from the next
/// call on.
///
/// Not here: how long the whole handshake may take, which the connection core has, and how long a
/// ban lasts, which is handed to it with the ban.
package struct SessionPolicy: Equatable, Sendable {
    /// What we speak by default, and the lowest version that is spoken with anybody.
    package static let latestVersion: Int32 = 12
    package static let oldestVersion: Int32 = 9
    /// From here on addresses travel in `addrv2`, and nothing may come between `version` and
    /// `verack`.
    package static let addrv2Version: Int32 = 12
    /// Messages that a peer of an older version may send between `version` and `verack`: dcrd sent
    /// `getaddr` and its own address there. They are kept until the handshake is complete: in the
    /// worst case 112 KB.
    package static let mostHeldMessages = 2

    package var network: WireNetwork
    /// From `oldestVersion` to `latestVersion`.
    package var protocolVersion = latestVersion
    /// What we offer: 1 full node, 2 bloom, 4 compact filters.
    package var services: UInt64 = 0
    /// Must be a `VersionMessage.isUserAgent`.
    package var userAgent = "/peerd:\(Release.version)/"
    /// What an automatic outbound peer must offer.
    package var requiredServices: UInt64 = 0

    /// Whether addresses are asked for, given and taken. dcrd does none of it on simnet and regnet,
    /// lest everybody finds them.
    package var gossips: Bool
    /// Whether peers are told of addresses too that nobody outside can reach.
    package var tellsUnroutable = false
    /// Our own addresses, told to peers that we dialled as far as `mayTell` says; those behind the
    /// first `AdvertisedAddress.mostInMessage` aren't.
    package var advertised: [PeerAddress] = []
    /// Addresses of one peer that are taken at once, and then each second. Bitcoin Core's numbers.
    package var addressBurst = 1_000.0
    package var addressRate = 0.1

    package var pingInterval = Duration.seconds(107)
    /// Without a complete frame for so long a peer is gone. dcrd's number.
    package var idleTimeout = Duration.seconds(120)

    /// Above it a peer is banned; from `warnScore` on there is a warning. dcrd's numbers.
    package var banScore = 100
    package var warnScore = 50

    /// Bytes that may wait for one peer, in all: 16 MB for 125 of them. At least 64 KiB, so that a
    /// whole `addrv2` of 51,027 bytes has room.
    package var mostQueuedBytes = 128 * 1_024

    /// The defaults of a network.
    package init(network: WireNetwork) {
        self.network = network
        switch network {
        case .mainnet, .testnet:
            gossips = true
            requiredServices = 1
        case .simnet, .regnet:
            gossips = false
        }
    }

    /// Whether peers may be told of an address.
    package func mayTell(_ address: PeerAddress) -> Bool {
        tellsUnroutable || address.isRoutable
    }
}
