import Control

extension Peers.Event {
    /// The time, and the journal's sentence.
    func line(seenFrom viewpoint: Viewpoint) -> Text {
        Text(viewpoint.date(timeUnixUSec), .faint) + "  " + Text(sentence(viewpoint), style)
    }

    private func sentence(_ viewpoint: Viewpoint) -> String {
        switch content {
        case .monitoring: "Monitoring"
        case .attempting(let subject): "Attempting to connect to \(subject.target) \(subject.tag)"
        case .connected(let subject): "Connected to \(subject.peer) \(subject.tag)"
        case .accepted(let subject): "Accepted connection from \(subject.peer) \(subject.tag)"
        case .ready(let subject): "Peer \(subject.peer) is ready \(subject.tag)"
        case .connectionFailed(let subject, let failure):
            "Failed to connect to \(subject.peer): \(failure.text(seenFrom: viewpoint)) \(subject.tag)"
        case .disconnected(let subject, let failure, let lasted, _):
            "Disconnected from \(subject.peer) \(subject.tag): "
                + "\(failure.text(seenFrom: viewpoint)) after \(duration(lasted))"
        case .retrying(let subject, let delay, let retries):
            "Retrying connection to \(subject.target) in \(duration(delay)) "
                + "(id: \(subject.id), retries: \(retries))"
        case .persistentWaiting(let subject, let failure, let pause):
            "Cannot dial \(subject.target): \(failure.text(seenFrom: viewpoint)); trying again every "
                + "\(duration(pause)), without a line each time (id: \(subject.id))"
        case .hangingUp(let subject, let times):
            "Peer \(subject.target) accepts and closes at once, \(times) times in a row: it may "
                + "be full, have banned us, or want other services (id: \(subject.id))"
        case .persistentDown(let subject, let failure, let length):
            "Persistent peer \(subject.target) has been down for \(duration(length))"
                + (failure.map { ": \($0.text(seenFrom: viewpoint))" } ?? "")
                + " (id: \(subject.id))"
        case .persistentAdded(let subject):
            "Added persistent connection to \(subject.target) (id: \(subject.id))"
        case .persistentAdopted(let subject):
            "Made connection to \(subject.peer) persistent (id: \(subject.id))"
        case .persistentRemoved(let subject):
            "Removed persistent connection to \(subject.target) (id: \(subject.id))"
        case .refused(let remote, let failure):
            "Dropped connection from \(remote): \(failure.text(seenFrom: viewpoint))"
        case .refusalsSilenced(let length):
            "Dropped connections are not told for \(duration(length)), only counted"
        case .refusalsSuppressed(let count, let length):
            "Dropped \(counted(count, "connection")) without a line within \(duration(length))"
        case .outboundPaused(let failures, let pause):
            "Max failed connection attempts reached [\(failures)] -- pausing connections for "
                + duration(pause)
        case .nobodyToDial(let missing, let exclusions):
            "Nobody to dial for \(counted(missing, "missing outbound connection")) -- "
                + Peers.Exclusion.text(of: exclusions)
        case .targetMissed(let ready, let target, let length):
            "Outbound target not reached for \(duration(length)): \(ready)/\(target)"
        case .resourcesExhausted(let errno, let pause):
            "Out of descriptors or memory "
                + "(\(Peers.Failure.io(errno: errno).text(seenFrom: viewpoint))): inbound peers are "
                + "dropped, and dials wait for \(duration(pause))"
        case .banned(let ban, let closed):
            "Banned \(ban.prefix) "
                + (ban.untilUnixUSec.map { "until \(viewpoint.date($0))" } ?? "for ever")
                + " (\(ban.origin.reason)), closed \(counted(closed, "connection"))"
        case .bansSilenced(let length):
            "Bans for misbehaviour are not told for \(duration(length)), only counted"
        case .bansSuppressed(let count, let length):
            "Banned \(counted(count, "time")) for misbehaviour without a line within "
                + duration(length)
        case .unbanned(let prefix): "Lifted the ban of \(prefix)"
        case .networkActive: "Network active again"
        case .networkInactive: "Network inactive: closing all connections"
        case .shuttingDown(let connections):
            "Shutting down with \(counted(connections, "connection"))"
        case .missed(let count):
            "Missed \(counted(count, "event")): they came faster than they were read"
        }
    }

    private var style: Style {
        switch content {
        case .ready, .networkActive: .good
        case .retrying, .persistentWaiting, .hangingUp, .nobodyToDial, .missed, .refusalsSilenced,
            .bansSilenced, .bansSuppressed,
            .refusalsSuppressed:
            .pending
        case .connectionFailed, .disconnected, .refused, .outboundPaused, .resourcesExhausted,
            .persistentDown, .targetMissed, .banned, .networkInactive, .shuttingDown:
            .bad
        case .monitoring, .attempting, .connected, .accepted, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .unbanned:
            .plain
        }
    }
}

extension Peers.Subject {
    fileprivate var tag: String { "(id: \(id), type: \(kind.rawValue))" }

    /// The address, behind the name if the peer was given by one.
    fileprivate var peer: String {
        guard let remote, remote != target else { return target }
        return "\(target) at \(remote)"
    }
}
