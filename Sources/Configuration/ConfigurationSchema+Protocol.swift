import DecredWire
import Timing

/// The keys that mean something to a Decred network's protocol only.
extension ConfigurationSchema {
    static func isOfProtocol(_ key: Key) -> Bool {
        key.section == "protocol" || ofProtocol.contains(key.name)
    }

    private static let ofProtocol = Set(identity.map(\.name) + [requiredServices.name])

    /// The top-level ones: what we tell peers, and whether they tell us of others.
    static let identity: [Key] = [
        Key(
            "gossip",
            \.gossip,
            .word,
            "Whether addresses of peers are asked for, given and taken; \"auto\" does so on "
                + "mainnet and testnet, with addresses that can be reached from everywhere; "
                + "\"always\" on each network and with any address."
        ),
        Key(
            "services",
            \.services,
            // All the bits that TOML can write.
            .integer(in: 0...Int.max),
            "What peers are told that we offer, added up: 1 a full node, 2 bloom filters, 4 "
                + "compact filters."
        ),
        Key(
            "user-agent",
            \.userAgent,
            .userAgent,
            "The program's name and version, as peers are told."
        ),
        Key(
            advertise,
            \.advertise,
            // As many as there may be listeners: each is sent to every peer that we dial.
            .advertisedAddresses(limit: 64),
            "Our own addresses, which the peers that we dial are told and tell others."
        ),
    ]

    static let requiredServices = Key(
        "outbound.required-services",
        \.outbound.requiredServices,
        .integerOrAuto(in: 0...Int.max),
        "What a peer that is dialled for the target must offer to be kept, added up as in "
            + "services; \"auto\" is 1 on mainnet and testnet, else 0."
    )

    static let peerProtocol: [Key] = [
        Key(
            "protocol.handshake-timeout",
            \.peerProtocol.handshakeTimeout,
            // As for a dial: longer waits hold slots for peers that say nothing.
            .duration(in: .seconds(1) ... .seconds(120)),
            "How long the exchange of versions may take in all."
        ),
        Key(
            "protocol.ping-interval",
            \.peerProtocol.pingInterval,
            // More often than once a second is load; less than once an hour proves nothing in time.
            .duration(in: .seconds(1) ... .seconds(3_600)),
            "How often each peer is sent a ping, whatever else it says."
        ),
        Key(
            "protocol.idle-timeout",
            \.peerProtocol.idleTimeout,
            // The bounds leave room for an answer to the rarest and the most frequent ping.
            .duration(in: .seconds(2) ... .seconds(7_200)),
            "How long a peer may go without a complete message before it is closed."
        ),
        Key(
            "protocol.ban-score",
            \.peerProtocol.banScore,
            // No score gets above the upper bound, so that it bans nobody.
            .integer(in: 1...BanScore.most),
            "The score of misbehaviour above which a peer is disconnected, and its host banned if "
                + "it came to us."
        ),
        Key(
            "protocol.warn-score",
            \.peerProtocol.warnScore,
            .integer(in: 1...BanScore.most),
            "The score of misbehaviour from which on it is logged, of inbound peers at level debug."
        ),
        Key(
            "protocol.ban-duration",
            \.peerProtocol.banDuration,
            // A host changes hands within a year: whoever has it then has done nothing.
            .duration(in: .seconds(1) ... .seconds(365 * 86_400)),
            "How long a host stays banned that misbehaved, and an address isn't picked whose peer did "
                + "when it was dialled."
        ),
        Key(
            "protocol.max-queued",
            \.peerProtocol.maxQueued,
            // Less has no room for the longest message of ours; at the most 125 peers take 2 GB.
            .size(in: 64 * 1_024...16 * 1_048_576),
            "How much may wait to be sent to one peer; whoever doesn't take it is closed."
        ),
        Key(
            "protocol.address-burst",
            \.peerProtocol.addressBurst,
            // More than all addresses that are kept.
            .integer(in: 1...100_000),
            unit: "addresses",
            "How many addresses one peer may tell at once; further ones are dropped."
        ),
        Key(
            "protocol.address-rate",
            \.peerProtocol.addressRate,
            // At the most one peer fills all that is kept in two minutes.
            .number(in: 0...1_000),
            unit: "addresses a second",
            "How many addresses one peer may tell beyond its burst."
        ),
    ]
}
