import Addressing
import ConnectionCore
import Control
import Timing

extension Peers.Setback {
    /// `now` is what tells when it was, in the calendar as it is set at present.
    init(_ setback: CoreSetback, at now: Moment) {
        self.init(
            cause: Peers.Failure(setback.cause),
            atUnixUSec: (now.wall + (setback.at - now.instant)).microseconds,
            count: Int(setback.number),
            hangUps: Int(setback.hangUps)
        )
    }
}

extension Peers.Failure {
    init(_ cause: CoreSetback.Cause) {
        switch cause {
        case .failed(let failure): self.init(failure)
        case .ended(let ending): self.init(ending)
        }
    }
}

extension Peers.Retry {
    init(_ retry: CoreRetry, at now: Moment) {
        self.init(
            id: retry.id.number,
            target: retry.target.description,
            retries: Int(retry.retries),
            atUnixUSec: retry.at.flatMap { now.wall(at: $0)?.microseconds },
            lastFailure: retry.setback.map { Peers.Setback($0, at: now) },
            downSinceUnixUSec: retry.downSince.flatMap { now.wall(at: $0)?.microseconds }
        )
    }
}
