package import Addressing
package import Timing

/// An address that one peer tells another of, with what he says about it: 56 bytes, no heap.
package struct AdvertisedAddress: Hashable, BitwiseCopyable, Sendable {
    /// Addresses in one `addr` or `addrv2`; none at all is as wrong as more. Source: dcrd
    /// `wire.MaxAddrPerMsg` and `wire.MaxAddrPerV2Msg`.
    package static let mostInMessage = 1_000

    package var address: PeerAddress
    package var services: UInt64
    /// In Unix seconds. Any number can come from a peer; `addr` has room for those up to the year
    /// 2106, and later ones are sent in it as the latest.
    package var lastSeenSeconds: UInt64

    package init(address: PeerAddress, services: UInt64, lastSeenSeconds: UInt64) {
        self.address = address
        self.services = services
        self.lastSeenSeconds = lastSeenSeconds
    }

    /// When it was seen, clamped to what a `WallTime` can hold.
    package var lastSeen: WallTime {
        let (microseconds, overflowed) = lastSeenSeconds.multipliedReportingOverflow(by: 1_000_000)
        return WallTime(microseconds: overflowed ? .max : Int64(clamping: microseconds))
    }

    /// Whether `addr` can hold it: all but onion services.
    package var fitsOldMessage: Bool { address.ip != nil }
}
