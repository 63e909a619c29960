import ConnectionCore
import Control
import Timing

extension Shortage {
    func row(since: Instant, lookAgainAt: Instant, at now: Moment) -> Peers.Shortage {
        Peers.Shortage(
            missing: missing,
            exclusions: exclusions,
            sinceUnixUSec: (now.wall + (since - now.instant)).microseconds,
            nextLookUnixUSec: (now.wall + (lookAgainAt - now.instant)).microseconds
        )
    }
}
