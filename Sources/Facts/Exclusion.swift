/// How many addresses a rule keeps from being picked.
package struct Exclusion: Equatable, Sendable {
    package let rule: Rule.Name
    package let addresses: Int

    package init(_ rule: Rule.Name, addresses: Int) {
        self.rule = rule
        self.addresses = addresses
    }
}

extension [Exclusion] {
    /// `40 addresses: 33 in groups that are full, 7 tried within 60 s`
    package var sentence: String {
        guard !isEmpty else { return "no address is known" }
        let sum = reduce(0) { $0 + $1.addresses }
        return (sum == 1 ? "1 address" : "\(grouped(sum)) addresses") + ": "
            + map { "\(grouped($0.addresses)) \($0.sentence)" }.joined(separator: ", ")
    }

    /// `group=33 attempted-just-now=7`, for programs.
    package var words: String {
        guard !isEmpty else { return "none" }
        return map { "\($0.rule.word)=\($0.addresses)" }.joined(separator: " ")
    }
}

extension Exclusion {
    /// Of addresses, behind their number.
    fileprivate var sentence: String {
        switch rule {
        case .group: "in groups that are full (outbound.max-per-group)"
        case .tooManyPerHost: "at hosts that are full (limits.per-host)"
        case .duplicate, .operatorsPeer: "connected or pending already"
        case .attemptedJustNow: "tried within 60 s"
        case .attemptedRecently: "tried within 10 min"
        case .noRoute: "without a route from here"
        case .banned: "banned"
        case .ownAddress: "our own"
        case .misbehaved: "that misbehaved"
        case .otherPort: "with another port than the network's"
        case .unsupportedAddress: "that can't be dialled"
        case .shuttingDown, .networkInactive, .rateLimited, .flooded, .tooManyPerListener,
            .tooManyConnections, .whitelist, .tooManyWhitelisted, .noListener, .trustedLoopback,
            .knownHost, .tooManyPersistent, .tooManyPersistentPerHost, .targetHeld,
            .unknownAddress, .paused, .resourcesExhausted:
            // No rules about addresses.
            "excluded: \(rule.word)"
        }
    }
}
