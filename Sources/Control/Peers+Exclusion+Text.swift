extension Peers.Exclusion {
    /// `40 addresses: 33 in groups that are full, 7 tried within 60 s`
    package static func text(of exclusions: [Peers.Exclusion]) -> String {
        guard !exclusions.isEmpty else { return "no address is known" }
        let sum = exclusions.reduce(0) { $0 + $1.count }
        return (sum == 1 ? "1 address" : "\(grouped(sum)) addresses") + ": "
            + exclusions.map { "\(grouped($0.count)) \($0.reason)" }.joined(separator: ", ")
    }

    private var reason: String {
        switch rule {
        case .group: "in groups that are full (outbound.max-per-group)"
        case .perHost: "at hosts that are full (limits.per-host)"
        case .duplicate, .operatorsPeer: "connected or pending already"
        case .attemptedJustNow: "tried within 60 s"
        case .attemptedRecently: "tried within 10 min"
        case .noRoute: "without a route from here"
        case .banned: "banned"
        case .ownAddress: "our own"
        case .misbehaved: "that misbehaved"
        case .otherPort: "with another port than the network's"
        case .unsupportedAddress: "that can't be dialled"
        case .shuttingDown, .networkInactive, .rateLimited, .flooded, .slots, .whitelist,
            .whitelistedSlots, .noListener, .trustedLoopback, .knownHost, .persistentSlots,
            .persistentPerHost, .perListener,
            .targetHeld, .unknownAddress, .paused, .resourcesExhausted:
            // No rule about addresses, and no daemon says so.
            rule.rawValue
        }
    }
}
