import ConnectionCore
import Control
import Timing

extension Peers.Shortage {
    init(_ shortage: CoreShortage, since: Instant, lookAgainAt: Instant, at now: Moment) {
        self.init(
            missing: shortage.missing,
            exclusions: shortage.exclusions,
            sinceUnixUSec: (now.wall + (since - now.instant)).microseconds,
            nextLookUnixUSec: (now.wall + (lookAgainAt - now.instant)).microseconds
        )
    }
}

extension CoreShortage {
    var exclusions: [Peers.Exclusion] { counts.map { Peers.Exclusion($0) } }
}

extension Peers.Exclusion {
    fileprivate init(_ count: CoreShortage.Count) {
        self.init(rule: Peers.Rule(count.obstacle), count: count.addresses)
    }
}

extension Peers.Rule {
    fileprivate init(_ obstacle: CoreShortage.Obstacle) {
        self =
            switch obstacle {
            case .group: .group
            case .perHost: .perHost
            case .duplicate: .duplicate
            case .attemptedJustNow: .attemptedJustNow
            case .attemptedRecently: .attemptedRecently
            case .noRoute: .noRoute
            case .banned: .banned
            case .ownAddress: .ownAddress
            case .misbehaved: .misbehaved
            case .otherPort: .otherPort
            case .unsupportedAddress: .unsupportedAddress
            }
    }
}
