package import Addressing

/// Who told of an address. What tellers of one group tell has 4 new buckets, so that an attacker
/// needs many groups, and not many addresses, to fill the book.
package enum AddressTeller: Hashable, Sendable {
    /// A peer, by its own host.
    case peer(PeerAddress.Host)
    /// Whoever comes through a proxy: all of them together, since their addresses are unknown.
    case proxied
    /// A seed, by its name in the configuration: each is a group of its own.
    case seed(String)

    /// The group as it is stored with an address: a tag in the top byte, as of a `NetworkGroup`.
    package var group: UInt64 {
        switch self {
        case .peer(let host): NetworkGroup(host).bits
        case .proxied: UInt64(BookTag.proxied) << 56
        case .seed(let name):
            // Names are the operator's own: there is nobody to keep a key from.
            UInt64(BookTag.seed) << 56
                | SipHash.hash(name.utf8, key: SipHash.Key(low: 0, high: 0)) >> 8
        }
    }

    /// Whether it speaks of itself, by whatever port.
    func isHost(of address: PeerAddress) -> Bool {
        switch self {
        case .peer(let host): host == address.host
        case .proxied, .seed: false
        }
    }
}
