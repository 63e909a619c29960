import Addressing
import Timing

extension Report {
    /// The sentence for people, in the journal and on a terminal. It names the key of the
    /// configuration where one can help.
    package func sentence(_ wording: Wording) -> String {
        switch self {
        case .attempting(let subject):
            "Attempting to connect to \(subject.target) \(subject.tag)"
        case .connected(let subject):
            "Connected to \(subject.peer) \(subject.tag)"
        case .accepted(let subject):
            "Accepted connection from \(subject.peer) \(subject.tag)"
        case .ready(let subject):
            "Peer \(subject.peer) is ready \(subject.tag)"
        case .failed(let subject, let failure), .failedAgain(let subject, let failure):
            "Failed to connect to \(subject.peer): \(failure.sentence(wording)) \(subject.tag)"
        case .ended(let subject, let ending, let lasted, _):
            "Disconnected from \(subject.peer) \(subject.tag): \(ending.sentence(wording)) after "
                + lasted.briefDescription
        case .retrying(let subject, let delay, let retries):
            "Retrying connection to \(subject.target) in \(delay.briefDescription) "
                + "(id: \(subject.id), retries: \(retries))"
        case .persistentWaiting(let subject, let failure, let pause):
            "Cannot dial \(subject.target): \(failure.sentence(wording)); trying again every "
                + "\(pause.briefDescription), without a line each time (id: \(subject.id))"
        case .hangingUp(let subject, let times):
            "Peer \(subject.target) accepts and closes at once, \(times) times in a row: it may "
                + "be full, have banned us, or want other services (id: \(subject.id))"
        case .persistentDown(let subject, let duration, let cause):
            "Persistent peer \(subject.target) has been down for \(duration.briefDescription)"
                + (cause.map { ": \($0.sentence(wording))" } ?? "") + " (id: \(subject.id))"
        case .persistentAdded(let subject):
            "Added persistent connection to \(subject.target) (id: \(subject.id))"
        case .persistentAdopted(let subject):
            "Made connection to \(subject.peer) persistent (id: \(subject.id))"
        case .persistentRemoved(let subject):
            "Removed persistent connection to \(subject.target) (id: \(subject.id))"
        case .refused(let remote, let refusal):
            "Dropped connection from \(remote): \(refusal.sentence(wording))"
        case .refusalsSilenced(let duration):
            "Dropped connections are not logged for \(duration.briefDescription), only counted"
        case .refusalsSuppressed(let count, let duration):
            "Dropped \(counted(count, "connection")) without a line within "
                + duration.briefDescription
        case .outboundPaused(let failures, let pause):
            "Max failed connection attempts reached [\(failures)] -- pausing connections for "
                + pause.briefDescription
        case .nobodyToDial(let missing, let exclusions):
            "Nobody to dial for \(counted(missing, "missing outbound connection")) -- "
                + exclusions.sentence
        case .targetMissed(let ready, let target, let duration, let exclusions):
            "Outbound target not reached for \(duration.briefDescription): \(ready)/\(target)"
                + (exclusions.map { "; nobody to dial: \($0.sentence)" } ?? "")
        case .resourcesExhausted(let code, let pause):
            "Out of descriptors or memory (\(wording.systemError(code))): inbound peers are "
                + "dropped, and dials wait for \(pause.briefDescription); raise LimitNOFILE= or "
                + "lower limits.connections"
        case .banned(let ban, let closed):
            "Banned \(ban.prefix) \(wording.term(ban.until)) (\(ban.origin.sentence)), closed "
                + counted(closed, "connection")
        case .unbanned(let prefix):
            "Lifted the ban of \(prefix)"
        case .bansSilenced(let duration):
            "Bans for misbehaviour are not logged for \(duration.briefDescription), only counted"
        case .bansSuppressed(let count, let duration):
            "Banned \(counted(count, "time")) for misbehaviour without a line within "
                + duration.briefDescription
        case .networkActive(let isActive):
            isActive ? "Network active again" : "Network inactive: closing all connections"
        case .shuttingDown(let connections):
            "Shutting down with \(counted(connections, "connection"))"
        }
    }
}

extension Subject {
    fileprivate var tag: String { "(id: \(id), type: \(shownKind.word))" }
}
