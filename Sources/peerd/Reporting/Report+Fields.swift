import Addressing
import ConnectionCore
import Facts
import Timing

extension Report {
    /// The facts of the message, each in a field of its own.
    var fields: [LogEntry.Field] {
        switch self {
        case .attempting(let subject), .connected(let subject), .accepted(let subject),
            .ready(let subject), .persistentAdded(let subject), .persistentAdopted(let subject),
            .persistentRemoved(let subject):
            subject.fields
        case .failed(let subject, let failure), .failedAgain(let subject, let failure):
            subject.fields + failure.fields
        case .ended(let subject, let ending, let lasted, _):
            subject.fields + ending.fields + [.init(.duration, lasted)]
        case .retrying(let subject, let delay, let retries):
            subject.fields + [.init(.retries, retries), .init(.duration, delay)]
        case .persistentWaiting(let subject, let failure, let pause):
            subject.fields + failure.fields + [.init(.duration, pause)]
        case .hangingUp(let subject, let times):
            subject.fields + [.init(.count, times)]
        case .persistentDown(let subject, let duration, let cause):
            subject.fields + (cause?.fields ?? []) + [.init(.duration, duration)]
        case .refused(let remote, let refusal):
            [.init(.peer, remote), .init(.kind, ShownKind.inbound.word)] + refusal.fields
        case .refusalsSilenced(let duration), .bansSilenced(let duration):
            [.init(.duration, duration)]
        case .refusalsSuppressed(let count, let duration),
            .bansSuppressed(let count, let duration):
            [.init(.count, count), .init(.duration, duration)]
        case .outboundPaused(let failures, let pause):
            [.init(.count, failures), .init(.duration, pause)]
        case .nobodyToDial(let missing, let exclusions):
            [.init(.count, missing), .init(.obstacles, exclusions.words)]
        case .targetMissed(let ready, let target, let duration, _):
            [.init(.count, ready), .init(.limit, target), .init(.duration, duration)]
        case .resourcesExhausted(let code, let pause):
            [.init(.errno, code), .init(.duration, pause)]
        case .banned(let ban, let closed):
            [.init(.prefix, ban.prefix), .init(.count, closed)]
                + (ban.until.map { [.init(.until, $0.microseconds)] } ?? [])
        case .unbanned(let prefix):
            [.init(.prefix, prefix)]
        case .networkActive:
            []
        case .shuttingDown(let connections):
            [.init(.count, connections)]
        }
    }
}

extension Subject {
    fileprivate var fields: [LogEntry.Field] {
        var fields: [LogEntry.Field] = [.init(.connection, id), .init(.kind, shownKind.word)]
        fields.append(address.map { .init(.peer, $0) } ?? .init(.peer, target))
        if case .name(let name) = target { fields.append(.init(.name, name)) }
        return fields
    }
}

private func banFields(_ prefix: Prefix, _ until: WallTime?) -> [LogEntry.Field] {
    [.init(.prefix, prefix)] + (until.map { [.init(.until, $0.microseconds)] } ?? [])
}

extension DialFailure {
    fileprivate var fields: [LogEntry.Field] {
        let reason = LogEntry.Field(.reason, name.word)
        return switch self {
        case .resourcesExhausted(let code), .io(let code):
            [reason, .init(.errno, code)]
        case .tooManyPerHost(let limit):
            [reason, .init(.rule, "limits.per-host"), .init(.limit, limit)]
        case .banned(let prefix, let until):
            [reason] + banFields(prefix, until)
        case .timedOut, .refused, .unreachable, .noRoute, .noLocalEnd, .unresolved,
            .selfConnection, .alreadyConnected, .unsupportedAddress, .cancelled:
            [reason]
        }
    }
}

extension Ending {
    fileprivate var fields: [LogEntry.Field] {
        let reason = LogEntry.Field(.reason, name.word)
        return switch self {
        case .io(let code): [reason, .init(.errno, code)]
        case .banned(let prefix, let until): [reason] + banFields(prefix, until)
        case .closedByPeer, .timedOut, .session, .attemptTimedOut, .abandoned, .byOperator,
            .networkInactive, .shutdown:
            [reason]
        }
    }
}

extension Setback.Cause {
    fileprivate var fields: [LogEntry.Field] {
        switch self {
        case .failed(let failure): failure.fields
        case .ended(let ending): ending.fields
        }
    }
}

extension Refusal {
    /// The reason, and the rule with its number where a setting led to it.
    fileprivate var fields: [LogEntry.Field] {
        let reason = LogEntry.Field(.reason, name.word)
        return switch self {
        case .banned(let prefix, let until), .bannedLonger(let prefix, let until):
            [reason] + banFields(prefix, until)
        case .rateLimited:
            [reason, .init(.rule, "inbound.rate")]
        case .flooded:
            [reason, .init(.rule, "inbound.flood-threshold")]
        case .tooManyPerHost(let limit), .tooManyPersistentPerHost(let limit):
            [reason, .init(.rule, "limits.per-host"), .init(.limit, limit)]
        case .tooManyPerListener(let limit):
            [reason, .init(.rule, "listen.connections"), .init(.limit, limit)]
        case .tooManyConnections(let limit):
            [reason, .init(.rule, "limits.connections"), .init(.limit, limit)]
        case .tooManyWhitelisted(let limit):
            [reason, .init(.rule, "limits.whitelisted"), .init(.limit, limit)]
        case .tooManyPersistent(let limit):
            [reason, .init(.rule, "persistent.max"), .init(.limit, limit)]
        case .tooManyBans(let limit), .tooManyAddresses(let limit):
            [reason, .init(.limit, limit)]
        case .shuttingDown, .networkInactive, .alreadyPending, .alreadyConnected,
            .duplicatePersistent, .notPersistent, .notFound, .unsupportedAddress,
            .configurationRejected:
            [reason]
        }
    }
}
