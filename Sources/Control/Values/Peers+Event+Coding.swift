/// Varlink has no variants, so an event is one flat object in which each kind of event sets its own
/// fields.
extension Peers.Event: WireObject {
    fileprivate enum Field: String, CodingKey {
        case name, timeUnixUSec, connection, remote, cause, durationUSec, wasReady, retries, count
        case ban, prefix, exclusions, limit
    }

    package func write(to json: inout JSONWriter) {
        json.field("name", name.rawValue)
        json.field("timeUnixUSec", timeUnixUSec)
        switch content {
        case .monitoring, .networkActive, .networkInactive:
            break
        case .attempting(let subject), .connected(let subject), .accepted(let subject),
            .ready(let subject), .persistentAdded(let subject), .persistentAdopted(let subject),
            .persistentRemoved(let subject):
            json.field("connection", subject)
        case .connectionFailed(let subject, let failure):
            json.field("connection", subject)
            json.field("cause", failure)
        case .disconnected(let subject, let failure, let after, let wasReady):
            json.field("connection", subject)
            json.field("cause", failure)
            json.field("durationUSec", after)
            json.field("wasReady", wasReady)
        case .retrying(let subject, let delay, let retries):
            json.field("connection", subject)
            json.field("durationUSec", delay)
            json.field("retries", retries)
        case .persistentWaiting(let subject, let failure, let pause):
            json.field("connection", subject)
            json.field("cause", failure)
            json.field("durationUSec", pause)
        case .hangingUp(let subject, let times):
            json.field("connection", subject)
            json.field("count", times)
        case .persistentDown(let subject, let failure, let duration):
            json.field("connection", subject)
            if let failure { json.field("cause", failure) }
            json.field("durationUSec", duration)
        case .refused(let remote, let failure):
            json.field("remote", remote)
            json.field("cause", failure)
        case .refusalsSilenced(let duration), .bansSilenced(let duration):
            json.field("durationUSec", duration)
        case .refusalsSuppressed(let count, let duration),
            .bansSuppressed(let count, let duration):
            json.field("count", count)
            json.field("durationUSec", duration)
        case .outboundPaused(let failures, let duration):
            json.field("count", failures)
            json.field("durationUSec", duration)
        case .nobodyToDial(let missing, let exclusions):
            json.field("count", missing)
            json.field("exclusions", exclusions)
        case .targetMissed(let ready, let target, let duration):
            json.field("count", ready)
            json.field("limit", target)
            json.field("durationUSec", duration)
        case .resourcesExhausted(let errno, let pause):
            json.field("cause", Peers.Failure.resourcesExhausted(errno: errno))
            json.field("durationUSec", pause)
        case .banned(let ban, let closed):
            json.field("ban", ban)
            json.field("count", closed)
        case .unbanned(let prefix):
            json.field("prefix", prefix)
        case .shuttingDown(let connections):
            json.field("count", connections)
        case .missed(let count):
            json.field("count", count)
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        timeUnixUSec = try fields.decode(Int64.self, forKey: .timeUnixUSec)
        content = try Content(fields.decode(Peers.EventName.self, forKey: .name), fields)
    }
}

extension Peers.Event.Content {
    fileprivate init(
        _ name: Peers.EventName,
        _ fields: KeyedDecodingContainer<Peers.Event.Field>
    ) throws {
        func field<Value: Decodable>(_ field: Peers.Event.Field) throws -> Value {
            try fields.decode(Value.self, forKey: field)
        }
        func subject() throws -> Peers.Subject { try field(.connection) }
        func cause() throws -> Peers.Failure { try field(.cause) }
        func duration() throws -> Int64 { try field(.durationUSec) }

        self =
            switch name {
            case .monitoring: .monitoring
            case .attempting: .attempting(try subject())
            case .connected: .connected(try subject())
            case .accepted: .accepted(try subject())
            case .ready: .ready(try subject())
            case .connectionFailed: .connectionFailed(try subject(), try cause())
            case .disconnected:
                .disconnected(
                    try subject(),
                    try cause(),
                    afterUSec: try duration(),
                    wasReady: try field(.wasReady)
                )
            case .retrying:
                .retrying(try subject(), inUSec: try duration(), retries: try field(.retries))
            case .persistentWaiting:
                .persistentWaiting(try subject(), try cause(), everyUSec: try duration())
            case .hangingUp: .hangingUp(try subject(), times: try field(.count))
            case .persistentDown:
                .persistentDown(
                    try subject(),
                    try fields.decodeIfPresent(Peers.Failure.self, forKey: .cause),
                    forUSec: try duration()
                )
            case .persistentAdded: .persistentAdded(try subject())
            case .persistentAdopted: .persistentAdopted(try subject())
            case .persistentRemoved: .persistentRemoved(try subject())
            case .refused: .refused(remote: try field(.remote), try cause())
            case .refusalsSilenced: .refusalsSilenced(forUSec: try duration())
            case .refusalsSuppressed:
                .refusalsSuppressed(count: try field(.count), duringUSec: try duration())
            case .outboundPaused:
                .outboundPaused(failures: try field(.count), forUSec: try duration())
            case .nobodyToDial:
                .nobodyToDial(missing: try field(.count), try field(.exclusions))
            case .targetMissed:
                .targetMissed(
                    ready: try field(.count),
                    target: try field(.limit),
                    forUSec: try duration()
                )
            case .resourcesExhausted:
                .resourcesExhausted(errno: try Self.errno(in: fields), pauseUSec: try duration())
            case .banned: .banned(try field(.ban), closed: try field(.count))
            case .unbanned: .unbanned(prefix: try field(.prefix))
            case .bansSilenced: .bansSilenced(forUSec: try duration())
            case .bansSuppressed:
                .bansSuppressed(count: try field(.count), duringUSec: try duration())
            case .networkActive: .networkActive
            case .networkInactive: .networkInactive
            case .shuttingDown: .shuttingDown(connections: try field(.count))
            case .missed: .missed(count: try field(.count))
            }
    }

    private static func errno(
        in fields: KeyedDecodingContainer<Peers.Event.Field>
    ) throws -> Int32 {
        guard
            case .resourcesExhausted(let errno) = try fields.decode(
                Peers.Failure.self,
                forKey: .cause
            )
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .cause,
                in: fields,
                debugDescription: "not ResourcesExhausted"
            )
        }
        return errno
    }
}
