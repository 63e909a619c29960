import ConnectionCore

extension Shortage {
    /// `40 addresses: 33 in groups that are full, 7 tried within 60 s`
    var text: String {
        guard !counts.isEmpty else { return "no address is known" }
        let sum = addresses == 1 ? "1 address" : "\(addresses) addresses"
        return sum + ": "
            + counts.map { "\($0.addresses) \($0.obstacle.text)" }.joined(separator: ", ")
    }

    /// `group=33 attempted-just-now=7`, for programs.
    var words: String {
        guard !counts.isEmpty else { return "none" }
        return counts.map { "\($0.obstacle.word)=\($0.addresses)" }.joined(separator: " ")
    }
}

extension Shortage.Obstacle {
    fileprivate var text: String {
        switch self {
        case .group: "in groups that are full (outbound.max-per-group)"
        case .perHost: "at hosts that are full (limits.per-host)"
        case .duplicate: "connected or pending already"
        case .attemptedJustNow: "tried within 60 s"
        case .attemptedRecently: "tried within 10 min"
        case .noRoute: "without a route from here"
        case .banned: "banned"
        case .ownAddress: "our own"
        case .misbehaved: "that misbehaved"
        case .otherPort: "with another port than the network's"
        case .unsupportedAddress: "that can't be dialled"
        }
    }

    fileprivate var word: String {
        switch self {
        case .group: "group"
        case .perHost: "per-host"
        case .duplicate: "duplicate"
        case .attemptedJustNow: "attempted-just-now"
        case .attemptedRecently: "attempted-recently"
        case .noRoute: "no-route"
        case .banned: "banned"
        case .ownAddress: "own-address"
        case .misbehaved: "misbehaved"
        case .otherPort: "other-port"
        case .unsupportedAddress: "unsupported-address"
        }
    }
}
