import Addressing
import Facts
import Timing

extension Ending {
    func writeParameters(to json: inout JSONWriter) {
        switch self {
        case .io(let errno):
            json.field("errno", errno)
        case .attemptTimedOut(let after):
            json.field("afterUSec", after.clampedMicroseconds)
        case .banned(let prefix, let until):
            json.field("prefix", prefix.description)
            json.field("untilUnixUSec", ifSet: until?.microseconds)
        case .closedByPeer, .timedOut, .session, .byOperator, .abandoned, .networkInactive,
            .shutdown:
            break
        }
    }

    init(_ name: Name, _ fields: FactFields) throws {
        self =
            switch name {
            case .closedByPeer: .closedByPeer
            case .timedOut: .timedOut
            case .io: .io(errno: try fields.value("errno"))
            case .handshakeTimedOut: .session(.handshakeTimedOut)
            case .malformed: .session(.malformed)
            case .misbehaved: .session(.misbehaved)
            case .unexpectedMessage: .session(.unexpectedMessage)
            case .obsoleteVersion: .session(.obsoleteVersion)
            case .lacksServices: .session(.lacksServices)
            case .selfConnection: .session(.selfConnection)
            case .idle: .session(.idle)
            case .slow: .session(.slow)
            case .byOperator: .byOperator
            case .attemptTimedOut: .attemptTimedOut(after: try fields.duration("afterUSec"))
            case .abandoned: .abandoned
            case .banned:
                .banned(try fields.prefix(), until: try fields.optionalTime("untilUnixUSec"))
            case .networkInactive: .networkInactive
            case .shutdown: .shutdown
            }
    }
}
