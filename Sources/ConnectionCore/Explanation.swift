package import Addressing
package import Facts

/// Why a peer is connected, waiting, refused or not dialled.
package struct Explanation: Equatable, Sendable {
    /// Whom the question is about.
    package enum Topic: Equatable, Sendable {
        case target(PeerTarget)
        /// An address of whatever port: rules about ports aren't asked.
        case host(IPAddress)
    }

    /// Where inbound peers may come, as far as it decides about them.
    package struct Listener: Equatable, Sendable {
        /// Where it listens.
        package let local: PeerAddress
        package let network: Arrival.Network
        package let trustsLoopback: Bool
        package let gate: Gate?
        /// It takes both families: an IPv6 one that others made.
        package let isDualStack: Bool

        package init(
            local: PeerAddress,
            network: Arrival.Network = .ip,
            trustsLoopback: Bool = true,
            gate: Gate? = nil,
            isDualStack: Bool = false
        ) {
            self.local = local
            self.network = network
            self.trustsLoopback = trustsLoopback
            self.gate = gate
            self.isDualStack = isDualStack
        }

        /// Whether a peer of this address can come to it, as far as families go.
        func takes(_ ip: IPAddress) -> Bool {
            isDualStack || (local.ip?.v4 == nil) == (ip.v4 == nil)
        }

        func arrival(of remote: PeerAddress) -> Arrival {
            Arrival(
                remote: remote,
                local: local,
                network: network,
                trustsLoopback: trustsLoopback,
                gate: gate
            )
        }

        /// Whether its peers come from their own addresses.
        var isDirect: Bool { network == .ip && gate == nil }
    }

    /// At most so many connections are named.
    package static let maxConnections = 64

    /// To or from the peer, and persistent ones that had its address last.
    package let connections: [ConnectionID]
    /// For each way the rules that say something now, in the order in which they are asked. A way
    /// without one that refuses is open.
    package let findings: [Finding]

    /// The first reason against a way; nil if it is open.
    package func refusal(of way: Way) -> Rule? {
        findings.first { $0.way == way && $0.rule.refuses }?.rule
    }
}
