import Addressing
import Control
import DecredWire
import Facts
import Testing

/// Which addresses are told, asked for and taken.
extension KeyCase {
    static let gossipCases = [
        KeyCase("gossip") { key in
            let change = try KeyChange(key, from: #""never""#, to: #""always""#, with: regnet(28))
            let listeners = try (0..<2).map { _ in try LoopbackListener(Loopback.address(29)) }
            #expect(try change.beDialled(at: listeners[0]).messagesUntilPong() == [])
            try change.reload()
            #expect(try change.beDialled(at: listeners[1]).messagesUntilPong() == [.getaddr])
        },
        KeyCase("advertise") { key in
            let change = try KeyChange(
                key,
                from: "[]",
                to: #"["198.51.100.7:9108"]"#,
                with: regnet(28, ["gossip": #""always""#])
            )
            let listeners = try (0..<2).map { _ in try LoopbackListener(Loopback.address(29)) }
            #expect(try change.beDialled(at: listeners[0]).messagesUntilPong() == [.getaddr])
            try change.reload()
            let told = try change.beDialled(at: listeners[1]).messagesUntilPong()
            guard told.count == 2, case .addrv2(let addresses) = told[1] else {
                throw Failure("\(told)")
            }
            #expect(addresses.map { "\($0.address)" } == ["198.51.100.7:9108"])
        },
        KeyCase("protocol.address-burst") { key in
            let change = try KeyChange(
                key,
                from: "1000",
                to: "1",
                with: regnet(28, ["gossip": #""always""#, "protocol.address-rate": "0"])
            )
            try tell(5, to: change)
            try change.wait { $0.addressesLearned == 5 }
            try change.reload()
            try tell(5, to: change)
            try change.wait { $0.addressesLearned == 6 }
        },
        KeyCase("protocol.address-rate") { key in
            let change = try KeyChange(
                key,
                from: "0",
                to: "1000",
                with: regnet(28, ["gossip": #""always""#, "protocol.address-burst": "1"])
            )
            let before = try change.meet().peer
            for _ in 0..<3 { try tell(1, by: before) }
            try change.wait { $0.addressesLearned == 1 }
            try change.reload()
            let after = try change.meet().peer
            // Which costs a point for each that comes within the same millisecond.
            try change.wait { status in
                try tell(1, by: after)
                return status.addressesLearned > 4
            }
        },
    ]

    private static func tell(_ count: Int, to change: borrowing KeyChange) throws {
        try tell(count, by: change.meet().peer)
    }

    /// Returns when the daemon has read it.
    private static func tell(_ count: Int, by peer: MeasuringPeer) throws {
        let addresses = (0..<count).compactMap { PeerAddress("198.51.100.\($0):9108") }.map {
            AdvertisedAddress(address: $0, services: 1, lastSeenSeconds: 1_790_000_000)
        }
        try peer.send(.addrv2(addresses))
        #expect(try peer.messagesUntilPong().allSatisfy { $0 == .getaddr })
    }
}
