internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

// How facts and steps stand in a trace.

extension DialAttempt {
    var line: String { "\(id)#\(number)" }
}

extension Action {
    var line: String {
        switch self {
        case .resolve(let attempt, let name): "  resolve \(attempt.line) \(name)"
        case .dial(let attempt, let address): "  dial \(attempt.line) \(address)"
        case .close(let id): "  close \(id)"
        case .keep(let prefix): "  keep \(prefix)"
        case .report(let report): "  report " + report.line
        }
    }
}

extension Subject {
    var line: String {
        "\(id) \(kind)\(isPersistent ? " persistent" : "") \(target)"
    }
}

extension Report {
    var line: String {
        switch self {
        case .attempting(let subject): "attempting \(subject.line)"
        case .connected(let subject): "connected \(subject.id)"
        case .accepted(let subject): "accepted \(subject.line)"
        case .ready(let subject): "ready \(subject.id)"
        case .failed(let subject, let failure): "failed \(subject.line): \(failure.name.word)"
        case .ended(let subject, let ending, let lasted, _):
            "ended \(subject.line): \(ending.name.word) after \(lasted)"
        case .failedAgain(let subject, let failure):
            "failedAgain \(subject.line): \(failure.name.word)"
        case .persistentWaiting(let subject, let failure, let pause):
            "persistentWaiting \(subject.id): \(failure.name.word), every \(pause)"
        case .hangingUp(let subject, let times): "hangingUp \(subject.id), \(times)"
        case .persistentDown(let subject, let duration, _):
            "persistentDown \(subject.id) for \(duration)"
        case .nobodyToDial(let missing, let exclusions):
            "nobodyToDial \(missing): \(exclusions.words)"
        case .targetMissed(let ready, let target, let duration, _):
            "targetMissed \(ready)/\(target) for \(duration)"
        case .retrying(let subject, let delay, let retries):
            "retrying \(subject.id) in \(delay), retries \(retries)"
        case .persistentAdded(let subject): "persistentAdded \(subject.line)"
        case .persistentAdopted(let subject): "persistentAdopted \(subject.line)"
        case .persistentRemoved(let subject): "persistentRemoved \(subject.line)"
        case .refused(let address, let refusal): "refused \(address): \(refusal.name.word)"
        case .refusalsSilenced(let duration): "refusalsSilenced \(duration)"
        case .refusalsSuppressed(let count, _): "refusalsSuppressed \(count)"
        case .bansSilenced(let duration): "bansSilenced \(duration)"
        case .bansSuppressed(let count, _): "bansSuppressed \(count)"
        case .outboundPaused(let failures, let pause): "outboundPaused \(failures), \(pause)"
        case .resourcesExhausted(let errno, let pause): "resourcesExhausted \(errno), \(pause)"
        case .banned(let ban, let closed): "banned \(ban.prefix), closed \(closed)"
        case .unbanned(let prefix): "unbanned \(prefix)"
        case .networkActive(let isActive): "networkActive \(isActive)"
        case .shuttingDown(let connections): "shuttingDown \(connections)"
        }
    }
}
