extension Peers {
    /// One thing that happened.
    package struct Event: Equatable, Sendable {
        package var timeUnixUSec: Int64
        package var content: Content

        package init(timeUnixUSec: Int64, _ content: Content) {
            self.timeUnixUSec = timeUnixUSec
            self.content = content
        }

        package enum Content: Equatable, Sendable {
            case monitoring
            case attempting(Subject)
            case connected(Subject)
            case accepted(Subject)
            case ready(Subject)
            case connectionFailed(Subject, Failure)
            case disconnected(Subject, Failure, afterUSec: Int64, wasReady: Bool)
            case retrying(Subject, inUSec: Int64, retries: Int)
            case persistentWaiting(Subject, Failure, everyUSec: Int64)
            case hangingUp(Subject, times: Int)
            case persistentDown(Subject, Failure?, forUSec: Int64)
            case persistentAdded(Subject)
            case persistentAdopted(Subject)
            case persistentRemoved(Subject)
            case refused(remote: String, Failure)
            case refusalsSilenced(forUSec: Int64)
            case refusalsSuppressed(count: UInt64, duringUSec: Int64)
            case outboundPaused(failures: Int, forUSec: Int64)
            case nobodyToDial(missing: Int, [Exclusion])
            case targetMissed(ready: Int, target: Int, forUSec: Int64)
            case resourcesExhausted(errno: Int32, pauseUSec: Int64)
            case banned(BanEntry, closed: Int)
            case unbanned(prefix: String)
            case bansSilenced(forUSec: Int64)
            case bansSuppressed(count: UInt64, duringUSec: Int64)
            case networkActive
            case networkInactive
            case shuttingDown(connections: Int)
            case missed(count: UInt64)
        }
    }
}

extension Peers.Event {
    package var name: Peers.EventName {
        switch content {
        case .monitoring: .monitoring
        case .attempting: .attempting
        case .connected: .connected
        case .accepted: .accepted
        case .ready: .ready
        case .connectionFailed: .connectionFailed
        case .disconnected: .disconnected
        case .retrying: .retrying
        case .persistentWaiting: .persistentWaiting
        case .hangingUp: .hangingUp
        case .persistentDown: .persistentDown
        case .persistentAdded: .persistentAdded
        case .persistentAdopted: .persistentAdopted
        case .persistentRemoved: .persistentRemoved
        case .refused: .refused
        case .refusalsSilenced: .refusalsSilenced
        case .refusalsSuppressed: .refusalsSuppressed
        case .outboundPaused: .outboundPaused
        case .nobodyToDial: .nobodyToDial
        case .targetMissed: .targetMissed
        case .resourcesExhausted: .resourcesExhausted
        case .banned: .banned
        case .unbanned: .unbanned
        case .bansSilenced: .bansSilenced
        case .bansSuppressed: .bansSuppressed
        case .networkActive: .networkActive
        case .networkInactive: .networkInactive
        case .shuttingDown: .shuttingDown
        case .missed: .missed
        }
    }
}
