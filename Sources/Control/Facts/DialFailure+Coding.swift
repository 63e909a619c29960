import Addressing
import Facts
import Timing

extension DialFailure {
    func writeParameters(to json: inout JSONWriter) {
        switch self {
        case .timedOut(let after):
            json.field("afterUSec", after.clampedMicroseconds)
        case .noLocalEnd(.bindAddress(let address)):
            json.field("address", address.description)
        case .noLocalEnd(.interface(let zone)):
            json.field("interface", zone.description)
        case .noLocalEnd(.port(let range)):
            json.field("setting", LocalObstacle.portSetting)
            json.field("first", ifSet: range?.lowerBound)
            json.field("last", ifSet: range?.upperBound)
        case .unresolved(let reason):
            json.field("reason", reason)
        case .alreadyConnected(let id):
            json.field("id", id.number)
        case .banned(let prefix, let until):
            json.field("prefix", prefix.description)
            json.field("untilUnixUSec", ifSet: until?.microseconds)
        case .tooManyPerHost(let limit):
            json.field("limit", limit)
        case .resourcesExhausted(let errno), .io(let errno):
            json.field("errno", errno)
        case .refused, .unreachable, .noRoute, .noLocalEnd(.address), .selfConnection,
            .unsupportedAddress, .cancelled:
            break
        }
    }

    init(_ name: Name, _ fields: FactFields) throws {
        self =
            switch name {
            case .timedOut: .timedOut(after: try fields.duration("afterUSec"))
            case .refused: .refused
            case .unreachable: .unreachable
            case .noRoute: .noRoute
            case .noLocalAddress: .noLocalEnd(.address)
            case .bindAddressMissing: .noLocalEnd(.bindAddress(try fields.ip("address")))
            case .interfaceMissing: .noLocalEnd(.interface(try fields.zone("interface")))
            case .noLocalPort: .noLocalEnd(.port(among: try Self.ports(in: fields)))
            case .unresolved: .unresolved(try fields.value("reason"))
            case .selfConnection: .selfConnection
            case .alreadyConnected: .alreadyConnected(try fields.id())
            case .banned:
                .banned(try fields.prefix(), until: try fields.optionalTime("untilUnixUSec"))
            case .tooManyPerHost: .tooManyPerHost(limit: try fields.value("limit"))
            case .unsupportedAddress: .unsupportedAddress
            case .resourcesExhausted: .resourcesExhausted(errno: try fields.value("errno"))
            case .cancelledByCaller: .cancelled(by: .caller)
            case .cancelledByOperator: .cancelled(by: .operator)
            case .cancelledByNetworkInactive: .cancelled(by: .networkInactive)
            case .cancelledByBan: .cancelled(by: .ban)
            case .cancelledByShutdown: .cancelled(by: .shutdown)
            case .io: .io(errno: try fields.value("errno"))
            }
    }

    private static func ports(in fields: FactFields) throws -> ClosedRange<UInt16>? {
        guard try fields.value("setting") == LocalObstacle.portSetting else {
            throw fields.unfit("setting")
        }
        let first: UInt16? = try fields.optional("first")
        let last: UInt16? = try fields.optional("last")
        guard let first, let last else { return nil }
        guard first <= last else { throw fields.unfit("last") }
        return first...last
    }
}
