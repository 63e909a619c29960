package import Addressing

/// Why a peer is connected, waiting, refused or not dialled.
package struct Explanation: Equatable, Sendable {
    /// Whom the question is about.
    package enum Topic: Equatable, Sendable {
        case target(PeerTarget)
        /// An address of whatever port: rules about ports aren't asked.
        case host(IPAddress)
    }

    /// What one rule says about one way.
    package struct Finding: Equatable, Sendable {
        package let way: Way
        package let rule: Rule

        package init(way: Way, rule: Rule) {
            self.way = way
            self.rule = rule
        }
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
