import Addressing
import Facts
import Timing

/// Varlink has no variants, so an event is one flat object in which each report sets its own
/// fields.
extension Report {
    func write(to json: inout JSONWriter) {
        switch self {
        case .networkActive:
            break
        case .attempting(let subject), .connected(let subject), .accepted(let subject),
            .ready(let subject), .persistentAdded(let subject), .persistentAdopted(let subject),
            .persistentRemoved(let subject):
            json.field("connection", subject)
        case .failed(let subject, let failure), .failedAgain(let subject, let failure):
            json.field("connection", subject)
            json.field("cause", Cause.failed(failure))
        case .ended(let subject, let ending, let lasted, let wasReady):
            json.field("connection", subject)
            json.field("cause", Cause.ended(ending))
            json.field("durationUSec", lasted.clampedMicroseconds)
            json.field("wasReady", wasReady)
        case .retrying(let subject, let delay, let retries):
            json.field("connection", subject)
            json.field("durationUSec", delay.clampedMicroseconds)
            json.field("retries", retries)
        case .persistentWaiting(let subject, let failure, let pause):
            json.field("connection", subject)
            json.field("cause", Cause.failed(failure))
            json.field("durationUSec", pause.clampedMicroseconds)
        case .hangingUp(let subject, let times):
            json.field("connection", subject)
            json.field("count", times)
        case .persistentDown(let subject, let duration, let cause):
            json.field("connection", subject)
            json.field("cause", ifSet: cause)
            json.field("durationUSec", duration.clampedMicroseconds)
        case .refused(let remote, let refusal):
            json.field("remote", remote.description)
            json.field("cause", Cause.refused(refusal))
        case .refusalsSilenced(let duration), .bansSilenced(let duration):
            json.field("durationUSec", duration.clampedMicroseconds)
        case .refusalsSuppressed(let count, let duration),
            .bansSuppressed(let count, let duration):
            json.field("count", count)
            json.field("durationUSec", duration.clampedMicroseconds)
        case .outboundPaused(let failures, let pause):
            json.field("count", failures)
            json.field("durationUSec", pause.clampedMicroseconds)
        case .nobodyToDial(let missing, let exclusions):
            json.field("count", missing)
            json.field("exclusions", exclusions)
        case .targetMissed(let ready, let target, let duration, let exclusions):
            json.field("count", ready)
            json.field("limit", target)
            json.field("durationUSec", duration.clampedMicroseconds)
            if let exclusions { json.field("exclusions", exclusions) }
        case .resourcesExhausted(let errno, let pause):
            json.field("cause", Cause.failed(.resourcesExhausted(errno: errno)))
            json.field("durationUSec", pause.clampedMicroseconds)
        case .banned(let ban, let closed):
            json.field("ban", Peers.BanEntry(ban))
            json.field("count", closed)
        case .unbanned(let prefix):
            json.field("prefix", prefix.description)
        case .shuttingDown(let connections):
            json.field("count", connections)
        }
    }

    init(_ name: Name, _ fields: FactFields) throws {
        func subject() throws -> Subject { try fields.value("connection") }

        self =
            switch name {
            case .attempting: .attempting(try subject())
            case .connected: .connected(try subject())
            case .accepted: .accepted(try subject())
            case .ready: .ready(try subject())
            case .failed: .failed(try subject(), try fields.dialFailure("cause"))
            case .ended:
                .ended(
                    try subject(),
                    try fields.ending("cause"),
                    after: try fields.duration(),
                    wasReady: try fields.value("wasReady")
                )
            case .retrying:
                .retrying(
                    try subject(),
                    in: try fields.duration(),
                    retries: try fields.value("retries")
                )
            case .persistentWaiting:
                .persistentWaiting(
                    try subject(),
                    try fields.dialFailure("cause"),
                    every: try fields.duration()
                )
            case .hangingUp: .hangingUp(try subject(), times: try fields.value("count"))
            case .persistentDown:
                .persistentDown(
                    try subject(),
                    for: try fields.duration(),
                    try fields.optional("cause")
                )
            case .persistentAdded: .persistentAdded(try subject())
            case .persistentAdopted: .persistentAdopted(try subject())
            case .persistentRemoved: .persistentRemoved(try subject())
            case .refused: .refused(try fields.address("remote"), try Self.refusal(in: fields))
            case .refusalsSilenced: .refusalsSilenced(for: try fields.duration())
            case .refusalsSuppressed:
                .refusalsSuppressed(
                    count: try fields.value("count"),
                    during: try fields.duration()
                )
            case .outboundPaused:
                .outboundPaused(failures: try fields.value("count"), for: try fields.duration())
            case .nobodyToDial:
                .nobodyToDial(missing: try fields.value("count"), try fields.value("exclusions"))
            case .targetMissed:
                .targetMissed(
                    ready: try fields.value("count"),
                    target: try fields.value("limit"),
                    for: try fields.duration(),
                    try fields.optional("exclusions")
                )
            case .resourcesExhausted: try Self.exhaustion(in: fields)
            case .banned: .banned(try Ban(in: fields), closed: try fields.value("count"))
            case .unbanned: .unbanned(try fields.prefix())
            case .bansSilenced: .bansSilenced(for: try fields.duration())
            case .bansSuppressed:
                .bansSuppressed(count: try fields.value("count"), during: try fields.duration())
            case .networkActive: .networkActive(true)
            case .networkInactive: .networkActive(false)
            case .shuttingDown: .shuttingDown(connections: try fields.value("count"))
            }
    }

    private static func refusal(in fields: FactFields) throws -> Refusal {
        guard case .refused(let refusal) = try fields.value("cause") as Cause else {
            throw fields.unfit("cause")
        }
        return refusal
    }

    private static func exhaustion(in fields: FactFields) throws -> Report {
        guard case .resourcesExhausted(let errno) = try fields.dialFailure("cause") else {
            throw fields.unfit("cause")
        }
        return .resourcesExhausted(errno: errno, pause: try fields.duration())
    }
}

extension Ban {
    fileprivate init(in fields: FactFields) throws {
        let ban = try fields.object("ban")
        self.init(
            prefix: try ban.prefix(),
            until: try ban.optionalTime("untilUnixUSec"),
            origin: try ban.value("origin")
        )
    }
}
