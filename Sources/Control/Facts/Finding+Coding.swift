import Addressing
package import Facts
import Timing

/// Varlink has no variants, so a finding is one flat object in which each rule sets its own fields.
extension Finding: WireObject {
    package func write(to json: inout JSONWriter) {
        json.field("way", way)
        json.field("rule", rule.name)
        json.field("refuses", rule.refuses)
        switch rule {
        case .banned(let prefix, let until):
            json.field("prefix", prefix.description)
            json.field("untilUnixUSec", ifSet: until?.microseconds)
        case .whitelist(let prefix):
            json.field("prefix", prefix.description)
        case .rateLimited(let until):
            json.field("untilUnixUSec", ifSet: until?.microseconds)
        case .attemptedRecently(let until), .attemptedJustNow(let until), .ownAddress(let until),
            .misbehaved(let until), .noRoute(let until), .resourcesExhausted(let until):
            json.field("untilUnixUSec", until.microseconds)
        case .flooded(let limit, let count, let chance):
            json.field("limit", limit)
            json.field("count", count)
            json.field("chance", chance)
        case .duplicate(let id), .operatorsPeer(let id):
            json.field("id", id.number)
        case .tooManyPerHost(let limit, let count), .tooManyPerListener(let limit, let count),
            .tooManyConnections(let limit, let count), .tooManyWhitelisted(let limit, let count),
            .tooManyPersistent(let limit, let count),
            .tooManyPersistentPerHost(let limit, let count), .targetHeld(let limit, let count),
            .group(let limit, let count):
            json.field("limit", limit)
            json.field("count", count)
        case .paused(let limit, let count, let until):
            json.field("limit", limit)
            json.field("count", count)
            json.field("untilUnixUSec", until.microseconds)
        case .shuttingDown, .networkInactive, .noListener, .trustedLoopback, .knownHost, .otherPort,
            .unknownAddress, .unsupportedAddress:
            break
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try FactFields(decoder)
        let rule = try Rule(fields.value("rule"), fields)
        guard try fields.value("refuses") == rule.refuses else { throw fields.unfit("refuses") }
        self.init(way: try fields.value("way"), rule: rule)
    }
}

extension Rule {
    fileprivate init(_ name: Name, _ fields: FactFields) throws {
        func limit() throws -> Int { try fields.value("limit") }
        func count() throws -> Int { try fields.value("count") }
        func until() throws -> WallTime { try fields.time("untilUnixUSec") }

        self =
            switch name {
            case .shuttingDown: .shuttingDown
            case .networkInactive: .networkInactive
            case .banned:
                .banned(try fields.prefix(), until: try fields.optionalTime("untilUnixUSec"))
            case .rateLimited: .rateLimited(until: try fields.optionalTime("untilUnixUSec"))
            case .flooded:
                .flooded(limit: try limit(), count: try count(), chance: try fields.value("chance"))
            case .duplicate: .duplicate(try fields.id())
            case .tooManyPerHost: .tooManyPerHost(limit: try limit(), count: try count())
            case .tooManyPerListener: .tooManyPerListener(limit: try limit(), count: try count())
            case .tooManyConnections: .tooManyConnections(limit: try limit(), count: try count())
            case .whitelist: .whitelist(try fields.prefix())
            case .tooManyWhitelisted: .tooManyWhitelisted(limit: try limit(), count: try count())
            case .noListener: .noListener
            case .trustedLoopback: .trustedLoopback
            case .knownHost: .knownHost
            case .tooManyPersistent: .tooManyPersistent(limit: try limit(), count: try count())
            case .tooManyPersistentPerHost:
                .tooManyPersistentPerHost(limit: try limit(), count: try count())
            case .targetHeld: .targetHeld(limit: try limit(), count: try count())
            case .group: .group(limit: try limit(), count: try count())
            case .ownAddress: .ownAddress(until: try until())
            case .misbehaved: .misbehaved(until: try until())
            case .operatorsPeer: .operatorsPeer(try fields.id())
            case .attemptedRecently: .attemptedRecently(until: try until())
            case .attemptedJustNow: .attemptedJustNow(until: try until())
            case .noRoute: .noRoute(until: try until())
            case .otherPort: .otherPort
            case .unknownAddress: .unknownAddress
            case .paused: .paused(limit: try limit(), count: try count(), until: try until())
            case .resourcesExhausted: .resourcesExhausted(until: try until())
            case .unsupportedAddress: .unsupportedAddress
            }
    }
}
