package import Addressing
package import Timing

/// An address that one peer tells another of, with what he says about it: 56 bytes, no heap.
package struct AdvertisedAddress: Hashable, BitwiseCopyable, Sendable {
    /// Addresses in one `addr` or `addrv2`; none at all is as wrong as more. Source: dcrd
    /// `wire.MaxAddrPerMsg` and `wire.MaxAddrPerV2Msg`.
    package static let mostInMessage = 1_000

    /// The latest time that `addrv2` may hold: dcrd takes a message with a later one for malformed,
    /// and so bans whoever passes it on. It counts the seconds since the year 1 in 64 bits with a
    /// sign. Source: `wire`, `unixToInternal`.
    static let latestSeconds = UInt64(Int64.max) - 62_135_596_800

    package let address: PeerAddress
    /// As the peer claims them; nobody knows before a connection to it.
    package let services: UInt64
    /// In Unix seconds, whatever the peer claims up to `latestSeconds`. `addr` has room for the
    /// years up to 2106: later times are sent in it as the latest that it can hold.
    package let lastSeenSeconds: UInt64

    /// A time beyond `latestSeconds` counts as that.
    package init(address: PeerAddress, services: UInt64, lastSeenSeconds: UInt64) {
        self.address = address
        self.services = services
        self.lastSeenSeconds = min(lastSeenSeconds, Self.latestSeconds)
    }

    /// When it was seen, clamped to what a `WallTime` can hold.
    package var lastSeen: WallTime {
        let (microseconds, overflowed) = lastSeenSeconds.multipliedReportingOverflow(by: 1_000_000)
        return WallTime(microseconds: overflowed ? .max : Int64(clamping: microseconds))
    }

    /// The same, seen at the beginning of that day (in UTC): what is passed on mustn't show when we
    /// were connected, nor to our own address, when whoever passes it on was.
    var roundedToDay: AdvertisedAddress {
        AdvertisedAddress(
            address: address,
            services: services,
            lastSeenSeconds: lastSeenSeconds - lastSeenSeconds % 86_400
        )
    }

    /// Whether `addr` can hold it: all but onion services.
    package var fitsOldMessage: Bool { address.ip != nil }
}
