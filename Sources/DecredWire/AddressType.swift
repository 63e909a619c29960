/// What kind of address an entry of `addrv2` has. Source: dcrd `wire.NetAddressType`.
enum AddressType: UInt8 {
    case ipv4 = 1
    case ipv6 = 2
    /// The 32-byte public key of an onion service.
    case torV3 = 3
}
