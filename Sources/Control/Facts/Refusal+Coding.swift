import Addressing
import Facts
import Timing

extension Refusal {
    func writeParameters(to json: inout JSONWriter) {
        switch self {
        case .banned(let prefix, let until), .bannedLonger(let prefix, let until):
            json.field("prefix", prefix.description)
            json.field("untilUnixUSec", ifSet: until?.microseconds)
        case .flooded(let chance):
            json.field("chance", chance)
        case .alreadyPending(let id), .alreadyConnected(let id), .duplicatePersistent(let id),
            .notPersistent(let id):
            json.field("id", id.number)
        case .tooManyConnections(let limit), .tooManyPerHost(let limit),
            .tooManyPerListener(let limit), .tooManyWhitelisted(let limit),
            .tooManyPersistent(let limit), .tooManyPersistentPerHost(let limit),
            .tooManyBans(let limit), .tooManyAddresses(let limit):
            json.field("limit", limit)
        case .unsupportedAddress(let address, let reason):
            json.field("address", address)
            json.field("reason", ifSet: reason)
        case .configurationRejected(let problems):
            json.field("problems", problems)
        case .shuttingDown, .networkInactive, .rateLimited, .notFound:
            break
        }
    }

    init(_ name: Name, _ fields: FactFields) throws {
        self =
            switch name {
            case .shuttingDown: .shuttingDown
            case .networkInactive: .networkInactive
            case .banned:
                .banned(try fields.prefix(), until: try fields.optionalTime("untilUnixUSec"))
            case .rateLimited: .rateLimited
            case .flooded: .flooded(chance: try fields.value("chance"))
            case .alreadyPending: .alreadyPending(try fields.id())
            case .alreadyConnected: .alreadyConnected(try fields.id())
            case .tooManyPerHost: .tooManyPerHost(limit: try fields.value("limit"))
            case .tooManyPerListener: .tooManyPerListener(limit: try fields.value("limit"))
            case .tooManyConnections: .tooManyConnections(limit: try fields.value("limit"))
            case .tooManyWhitelisted: .tooManyWhitelisted(limit: try fields.value("limit"))
            case .duplicatePersistent: .duplicatePersistent(try fields.id())
            case .notPersistent: .notPersistent(try fields.id())
            case .tooManyPersistent: .tooManyPersistent(limit: try fields.value("limit"))
            case .tooManyPersistentPerHost:
                .tooManyPersistentPerHost(limit: try fields.value("limit"))
            case .tooManyBans: .tooManyBans(limit: try fields.value("limit"))
            case .bannedLonger:
                .bannedLonger(try fields.prefix(), until: try fields.optionalTime("untilUnixUSec"))
            case .notFound: .notFound
            case .unsupportedAddress:
                .unsupportedAddress(
                    try fields.value("address"),
                    reason: try fields.optional("reason")
                )
            case .tooManyAddresses: .tooManyAddresses(limit: try fields.value("limit"))
            case .configurationRejected:
                .configurationRejected(problems: try fields.value("problems"))
            }
    }
}
