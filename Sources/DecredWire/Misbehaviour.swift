/// What a peer did that no honest one does.
package enum Misbehaviour: Equatable, Sendable {
    /// Not the protocol: a frame, a payload, or an `addr` without addresses.
    case malformed(WireError)
    /// `addr` from protocol version 12 on, or `addrv2` below.
    case wrongAddressMessage(MessageKind, negotiated: Int32)
    /// `getaddr` more than once.
    case repeatedGetaddr
    /// A message with so many more addresses than the peer's bucket let through.
    case addressFlood(dropped: Int)

    /// How much it weighs.
    package enum Penalty: Equatable, Sendable {
        /// Banned at once, whatever the score was.
        case ban
        case score(persistent: Int, transient: Int)
    }

    /// The first is warned about and a second one bans: a bug of one message is survived.
    static let wrongMessageScore = 51
    /// Five of them within a few seconds ban. dcrd's number for its `mempool`; it ignores another
    /// `getaddr`.
    static let repetitionScore = 33
    /// For a whole message of addresses too many, in proportion for fewer: dcrd's rule for what is
    /// asked for with `getdata`. One point more for the message itself, or a flood of messages with
    /// one address each would be free; so two messages full of them ban, or a hundred small ones.
    static let floodScore = 99

    package var penalty: Penalty {
        switch self {
        case .malformed:
            .ban
        case .wrongAddressMessage:
            .score(persistent: Self.wrongMessageScore, transient: 0)
        case .repeatedGetaddr:
            .score(persistent: 0, transient: Self.repetitionScore)
        case .addressFlood(let dropped):
            .score(
                persistent: 0,
                transient: 1 + dropped * Self.floodScore / AdvertisedAddress.mostInMessage
            )
        }
    }
}

extension Misbehaviour: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let error): "malformed: \(error)"
        case .wrongAddressMessage(let kind, let negotiated):
            "'\(kind.command)' at protocol version \(negotiated)"
        case .repeatedGetaddr: "asked for addresses again"
        case .addressFlood(let dropped): "\(dropped) addresses too many"
        }
    }
}
