/// Addresses in the order in which they came, each once, up to a limit.
package struct DistinctAddresses: Equatable, Sendable {
    /// What is kept of one answer of the resolver: 24 bytes each, so a full queue of answers takes
    /// 384 KiB. A DNS answer over TCP may have 4,000.
    package static let limit = 64

    package private(set) var addresses: [SocketAddress] = []

    package init() {}

    package var isFull: Bool { addresses.count == Self.limit }

    /// Does nothing when the address is there already, or `limit` others are.
    package mutating func append(_ address: SocketAddress) {
        guard !isFull && !addresses.contains(address) else { return }
        addresses.append(address)
    }
}
