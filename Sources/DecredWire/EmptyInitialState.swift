/// The answer of a peer that has neither blocks nor votes nor treasury spends: `initstate` with
/// nothing in it. It is sent and not read, so it is no `Message`.
enum EmptyInitialState {
    /// The number of blocks, of votes and of treasury spends: none of each, a varint of one byte.
    private static let payload: [UInt8] = [0, 0, 0]

    static func append(to bytes: inout [UInt8], on network: WireNetwork) {
        let start = bytes.count
        FrameHeader.appendOpen(.initstate, on: network, to: &bytes)
        bytes += payload
        FrameHeader.fill(at: start, in: &bytes)
    }
}
