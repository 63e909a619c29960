import ConnectionCore
import Control

extension Shortage {
    /// `40 addresses: 33 in groups that are full, 7 tried within 60 s`
    var text: String { Peers.Exclusion.text(of: exclusions) }

    /// `group=33 attempted-just-now=7`, for programs.
    var words: String {
        guard !counts.isEmpty else { return "none" }
        return counts.map { "\($0.obstacle.word)=\($0.addresses)" }.joined(separator: " ")
    }
}

extension Shortage.Obstacle {
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
