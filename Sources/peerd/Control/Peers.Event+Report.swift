import Addressing
import ConnectionCore
import Control
import Timing

extension Peers.Event {
    /// The report for the event stream: the same facts that the journal gets.
    init(_ report: Report, at now: Moment) {
        self.init(timeUnixUSec: now.wall.microseconds, Content(report))
    }
}

extension Peers.Event.Content {
    fileprivate init(_ report: Report) {
        self =
            switch report {
            case .attempting(let subject): .attempting(.init(subject))
            case .connected(let subject): .connected(.init(subject))
            case .accepted(let subject): .accepted(.init(subject))
            case .ready(let subject): .ready(.init(subject))
            case .failed(let subject, let failure), .failedAgain(let subject, let failure):
                .connectionFailed(.init(subject), Peers.Failure(failure))
            case .ended(let subject, let ending, let lasted, let wasReady):
                .disconnected(
                    .init(subject),
                    Peers.Failure(ending),
                    afterUSec: lasted.inMicroseconds,
                    wasReady: wasReady
                )
            case .retrying(let subject, let delay, let retries):
                .retrying(.init(subject), inUSec: delay.inMicroseconds, retries: Int(retries))
            case .persistentWaiting(let subject, let failure, let pause):
                .persistentWaiting(
                    .init(subject),
                    Peers.Failure(failure),
                    everyUSec: pause.inMicroseconds
                )
            case .hangingUp(let subject, let times): .hangingUp(.init(subject), times: Int(times))
            case .persistentDown(let subject, let duration, let cause):
                .persistentDown(
                    .init(subject),
                    cause.map { Peers.Failure($0) },
                    forUSec: duration.inMicroseconds
                )
            case .persistentAdded(let subject): .persistentAdded(.init(subject))
            case .persistentAdopted(let subject): .persistentAdopted(.init(subject))
            case .persistentRemoved(let subject): .persistentRemoved(.init(subject))
            case .refused(let remote, let refusal):
                .refused(remote: remote.description, Peers.Failure(refusal))
            case .refusalsSilenced(let duration):
                .refusalsSilenced(forUSec: duration.inMicroseconds)
            case .refusalsSuppressed(let count, let duration):
                .refusalsSuppressed(count: count, duringUSec: duration.inMicroseconds)
            case .outboundPaused(let failures, let pause):
                .outboundPaused(failures: failures, forUSec: pause.inMicroseconds)
            case .nobodyToDial(let shortage):
                .nobodyToDial(missing: shortage.missing, shortage.exclusions)
            case .targetMissed(let ready, let target, let duration, _):
                .targetMissed(ready: ready, target: target, forUSec: duration.inMicroseconds)
            case .resourcesExhausted(let errno, let pause):
                .resourcesExhausted(errno: errno, pauseUSec: pause.inMicroseconds)
            case .banned(let ban, let closed): .banned(.init(ban), closed: closed)
            case .bansSilenced(let duration):
                .bansSilenced(forUSec: duration.inMicroseconds)
            case .bansSuppressed(let count, let duration):
                .bansSuppressed(count: count, duringUSec: duration.inMicroseconds)
            case .unbanned(let prefix): .unbanned(prefix: prefix.description)
            case .networkActive(let isActive): isActive ? .networkActive : .networkInactive
            case .shuttingDown(let connections): .shuttingDown(connections: connections)
            }
    }
}

extension Peers.Subject {
    init(_ subject: CoreSubject) {
        self.init(
            id: subject.id.number,
            kind: Peers.Kind(subject.kind),
            persistent: subject.isPersistent,
            target: subject.target.description,
            remote: subject.address?.description
        )
    }
}

extension Peers.BanEntry {
    init(_ ban: CoreBan) {
        self.init(
            prefix: ban.prefix.description,
            origin: ban.origin == .operator ? .operator : .automatic,
            untilUnixUSec: ban.until?.microseconds
        )
    }
}
