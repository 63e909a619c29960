import Addressing
import ConnectionCore
import Control
import Facts
import Timing

extension Setback {
    /// `now` is what tells when it was, in the calendar as it is set at present.
    func row(at now: Moment) -> Peers.Setback {
        Peers.Setback(
            cause: cause,
            atUnixUSec: (now.wall + (at - now.instant)).microseconds,
            count: Int(number),
            hangUps: Int(hangUps)
        )
    }
}

extension Retry {
    func row(at now: Moment) -> Peers.Retry {
        Peers.Retry(
            id: id.number,
            target: target.description,
            retries: Int(retries),
            atUnixUSec: at.flatMap { now.wall(at: $0)?.microseconds },
            lastFailure: setback.map { $0.row(at: now) },
            downSinceUnixUSec: downSince.flatMap { now.wall(at: $0)?.microseconds }
        )
    }
}
