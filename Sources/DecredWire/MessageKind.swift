/// The commands whose payload we read.
package enum MessageKind: CaseIterable, Sendable {
    case version
    case verack
    case ping
    case pong
    case getaddr
    case addr
    case addrv2
    case sendheaders
    case feefilter

    /// Nil for a command whose payload is read past, known to others or not.
    @inlinable
    package init?(_ command: Command) {
        switch (command.first8, command.last4) {
        case (0x7665_7273_696f_6e00, 0): self = .version
        case (0x7665_7261_636b_0000, 0): self = .verack
        case (0x7069_6e67_0000_0000, 0): self = .ping
        case (0x706f_6e67_0000_0000, 0): self = .pong
        case (0x6765_7461_6464_7200, 0): self = .getaddr
        case (0x6164_6472_0000_0000, 0): self = .addr
        case (0x6164_6472_7632_0000, 0): self = .addrv2
        case (0x7365_6e64_6865_6164, 0x6572_7300): self = .sendheaders
        case (0x6665_6566_696c_7465, 0x7200_0000): self = .feefilter
        default: return nil
        }
    }

    @inlinable package var command: Command {
        switch self {
        case .version: Command(first8: 0x7665_7273_696f_6e00, last4: 0)
        case .verack: Command(first8: 0x7665_7261_636b_0000, last4: 0)
        case .ping: Command(first8: 0x7069_6e67_0000_0000, last4: 0)
        case .pong: Command(first8: 0x706f_6e67_0000_0000, last4: 0)
        case .getaddr: Command(first8: 0x6765_7461_6464_7200, last4: 0)
        case .addr: Command(first8: 0x6164_6472_0000_0000, last4: 0)
        case .addrv2: Command(first8: 0x6164_6472_7632_0000, last4: 0)
        case .sendheaders: Command(first8: 0x7365_6e64_6865_6164, last4: 0x6572_7300)
        case .feefilter: Command(first8: 0x6665_6566_696c_7465, last4: 0x7200_0000)
        }
    }

    /// Bytes of the longest payload. A longer one is refused when its header is read. Source: dcrd
    /// `wire`, `MaxPayloadLength` of each message.
    @inlinable package var mostPayloadBytes: Int {
        switch self {
        // 33 bytes of numbers, two addresses of 30 (dcrd counts 4 for a time that they don't have
        // here), 9 for the longest varint and 256 for the user agent.
        case .version: 358
        case .verack, .getaddr, .sendheaders: 0
        case .ping, .pong, .feefilter: 8
        // A varint of 3 for the count, then 1,000 of 30 bytes.
        case .addr: 30_003
        // As above, with 51 bytes for an onion service.
        case .addrv2: 51_003
        }
    }
}
