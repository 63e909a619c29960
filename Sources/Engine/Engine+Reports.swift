internal import Addressing
internal import ConnectionCore
internal import Facts
internal import Timing

/// Making steps of what the core says, and telling what happened.
extension Engine {
    /// Tells the core a fact and takes what it says.
    ///
    /// `detail` is why exactly a session gives its connection up. A ban ends others of the same
    /// host as well, for which it isn't the reason.
    mutating func tell(
        _ event: Event,
        at now: Moment,
        _ steps: inout Steps,
        because detail: EndingDetail? = nil
    ) {
        core.handle(event, at: now, picking: &addresses, &actions)
        takeActions(at: now, &steps, because: detail)
    }

    /// Takes what the core has said, in its order. To be called after each call of it.
    mutating func takeActions(
        at now: Moment,
        _ steps: inout Steps,
        because detail: EndingDetail? = nil
    ) {
        guard !actions.pending.isEmpty else { return }
        var index = 0
        while index < actions.pending.count {
            switch actions.take(at: index) {
            case .resolve(let attempt, let name):
                let waiter = waiters.first { $0.id == attempt.id }?.waiter
                steps.append(.resolve(attempt, name, for: waiter))
            case .dial(let attempt, let address):
                steps.append(.dial(attempt, address))
            case .close(let id):
                sessions.drop(id.slot)
                steps.append(.close(id))
            case .keep(let prefix):
                if keepsState { state.changed(prefix) }
            case .report(let report):
                tell(report, because: detail, at: now, &steps)
            }
            index += 1
        }
        actions.removeAll()
    }

    /// One value for everybody who is told, so that they can't disagree.
    private mutating func tell(
        _ report: Report,
        because detail: EndingDetail?,
        at now: Moment,
        _ steps: inout Steps
    ) {
        totals.count(report)
        if keepsState { state.note(report) }
        let details = details(of: report, because: detail)
        switch details {
        case .ended(let traffic, _): remember(report, traffic, at: now)
        case .none, .introduced: remember(report, nil, at: now)
        }
        steps.append(.report(report, details))
        if !waiters.isEmpty { answer(report, at: now, &steps) }
    }

    private mutating func remember(_ report: Report, _ traffic: Traffic?, at now: Moment) {
        let ended = EndedConnection(
            report,
            at: now.instant,
            bytesIn: traffic?.received,
            bytesOut: traffic?.sent
        )
        if let ended { history.append(ended) }
    }

    /// What the core doesn't know of what it reports. Of a connection that ends the traffic is
    /// known still.
    private func details(of report: Report, because detail: EndingDetail?) -> ReportDetails {
        switch report {
        case .ended(let subject, _, _, _):
            let text = detail.flatMap { $0.id == subject.id ? $0.text : nil }
            return .ended(sessions.traffic(slot: subject.id.slot), because: text)
        case .ready(let subject):
            return sessions.introduction(slot: subject.id.slot).map { .introduced($0) } ?? .none
        case .attempting, .connected, .accepted, .failed, .failedAgain, .retrying,
            .persistentWaiting, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refused, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned,
            .bansSilenced, .bansSuppressed, .networkActive, .shuttingDown:
            return .none
        }
    }

    /// Answers whoever waits for a connection, if its attempt has ended by this.
    private mutating func answer(_ report: Report, at now: Moment, _ steps: inout Steps) {
        let id: ConnectionID
        let cause: Cause?
        switch report {
        case .connected(let subject) where !core.policy.handshake.isRequired,
            .ready(let subject) where core.policy.handshake.isRequired:
            (id, cause) = (subject.id, nil)
        case .failed(let subject, let failure):
            (id, cause) = (subject.id, .failed(failure))
        case .ended(let subject, let ending, _, _):
            (id, cause) = (subject.id, .ended(ending))
        case .attempting, .connected, .accepted, .ready, .failedAgain, .retrying,
            .persistentWaiting, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refused, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned,
            .bansSilenced, .bansSuppressed, .networkActive, .shuttingDown:
            return
        }
        for (waited, waiter) in waiters where waited == id {
            if let cause {
                steps.append(.answer(waiter, .failure(cause)))
            } else if let row = row(of: id) {
                steps.append(.answer(waiter, .success(row)))
            }
        }
        waiters.removeAll { $0.id == id }
    }
}
