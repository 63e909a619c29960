internal import ConnectionCore
import Engine
import Facts

/// What must be the sum of what was reported and carried: the engine's totals, its history and its
/// traffic, added up anew from outside.
struct TotalsWatch {
    private var counts: [Totals.Key: UInt64] = [:]
    private var reports: UInt64 = 0
    /// Of the ends in the history.
    private var remembered: UInt64 = 0
    /// Whatever kernels have carried for the engine.
    private(set) var carried = Traffic()

    mutating func note(_ report: Report) {
        reports += 1
        var (kind, cause): (ShownKind?, CauseName?)
        switch report {
        case .attempting(let subject), .connected(let subject), .accepted(let subject),
            .ready(let subject):
            kind = shown(subject)
        case .failed(let subject, let failure):
            remembered += 1
            (kind, cause) = (shown(subject), .failed(failure.name))
        case .failedAgain(let subject, let failure):
            (kind, cause) = (shown(subject), .failed(failure.name))
        case .ended(let subject, let ending, _, _):
            remembered += 1
            (kind, cause) = (shown(subject), .ended(ending.name))
        case .persistentWaiting(_, let failure, _): cause = .failed(failure.name)
        case .refused(_, let refusal): cause = .refused(refusal.name)
        case .retrying, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned, .bansSilenced,
            .bansSuppressed, .networkActive, .shuttingDown:
            break
        }
        counts[Totals.Key(report.name, kind, cause), default: 0] += 1
    }

    private func shown(_ subject: Subject) -> ShownKind {
        if subject.isPersistent { return .persistent }
        return switch subject.kind {
        case .inbound: .inbound
        case .outbound: .outbound
        case .manual: .manual
        case .feeler: .feeler
        }
    }

    mutating func noteRead(_ count: Int) { carried.received += UInt64(count) }

    mutating func noteTaken(_ count: Int) { carried.sent += UInt64(count) }

    func agree(with engine: borrowing Engine) throws(BrokenPromise) {
        var sum: UInt64 = 0
        for (key, count) in engine.totals.all {
            sum += count
            guard count == counts[key] ?? 0 else {
                throw BrokenPromise("\(count) of \(key) are told, reported \(counts[key] ?? 0)")
            }
        }
        guard sum == reports else { throw BrokenPromise("\(sum) of \(reports) reports are told") }
        guard engine.history.total == remembered else {
            throw BrokenPromise("\(engine.history.total) of \(remembered) ends are remembered")
        }
        guard engine.traffic == carried else {
            throw BrokenPromise("the traffic is \(engine.traffic), carried was \(carried)")
        }
    }
}
