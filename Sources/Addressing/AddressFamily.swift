/// Addresses that are reached by the same way out of the machine, or not at all.
package enum AddressFamily: UInt8, CaseIterable, Hashable, Sendable {
    case ipv4
    /// All of it, addresses of tunnels too: it is IPv6 that they are dialled by.
    case ipv6
    case onion

    @inlinable
    package init(_ host: PeerAddress.Host) {
        switch host {
        case .ip(let ip): self = ip.v4 == nil ? .ipv6 : .ipv4
        case .onion: self = .onion
        }
    }
}

/// Some families, or none.
package struct AddressFamilies: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    @inlinable
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    @inlinable
    package init(_ family: AddressFamily) {
        self.init(rawValue: 1 << family.rawValue)
    }

    @inlinable package static var none: AddressFamilies { AddressFamilies(rawValue: 0) }
    @inlinable package static var ipv4: AddressFamilies { AddressFamilies(.ipv4) }
    @inlinable package static var ipv6: AddressFamilies { AddressFamilies(.ipv6) }
    @inlinable package static var onion: AddressFamilies { AddressFamilies(.onion) }
    @inlinable package static var all: AddressFamilies { AddressFamilies(rawValue: 0b111) }
}
