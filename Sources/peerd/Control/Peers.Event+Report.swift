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
            case .failed(let subject, let failure):
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
            case .resourcesExhausted(let errno, let pause):
                .resourcesExhausted(errno: errno, pauseUSec: pause.inMicroseconds)
            case .banned(let ban, let closed): .banned(.init(ban), closed: closed)
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
