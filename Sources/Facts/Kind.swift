/// Why a connection exists.
package enum Kind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    /// A peer came to us.
    case inbound
    /// We chose the address, to hold the outbound target.
    case outbound
    /// An operator or the configuration named the address.
    case manual
    /// A short outbound connection that only proves that an address works.
    case feeler
}
