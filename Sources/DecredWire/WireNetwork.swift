/// A Decred network: what tells its frames from another's, and where its peers listen. Source: dcrd
/// `wire/protocol.go` and `chaincfg`.
package enum WireNetwork: String, CaseIterable, Sendable {
    case mainnet
    /// The third network of that name, testnet3.
    case testnet
    case simnet
    case regnet

    /// The first four bytes of each frame, as a little-endian number.
    package var magic: UInt32 {
        switch self {
        case .mainnet: 0xd9b4_00f9
        case .testnet: 0xb194_aa75
        case .simnet: 0x1214_1c16
        case .regnet: 0xdab5_00fa
        }
    }

    /// Of an address that is given without one.
    package var defaultPort: UInt16 {
        switch self {
        case .mainnet: 9_108
        case .testnet: 19_108
        case .simnet: 18_555
        case .regnet: 18_655
        }
    }
}
