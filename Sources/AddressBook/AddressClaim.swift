package import Addressing

/// What is said of an address: by others to us, and by us to others.
package struct AddressClaim: Hashable, BitwiseCopyable, Sendable {
    package let address: PeerAddress
    /// What the peer there offers, as far as is said.
    package let services: UInt64
    /// When it was seen, in seconds since 1970; whatever others claim.
    package let seenSeconds: UInt64

    package init(address: PeerAddress, services: UInt64, seenSeconds: UInt64) {
        self.address = address
        self.services = services
        self.seenSeconds = seenSeconds
    }
}
