import Addressing
import ConnectionCore
import Control
import Timing

extension Peers.Finding {
    init(_ finding: Explanation.Finding) {
        self.init(
            way: Peers.Way(finding.way),
            rule: Peers.Rule(finding.rule),
            refuses: finding.rule.refuses
        )
        switch finding.rule {
        case .banned(let prefix, let until):
            self.prefix = prefix.description
            untilUnixUSec = until?.microseconds
        case .rateLimited(let until):
            untilUnixUSec = until?.microseconds
        case .attemptedRecently(let until), .attemptedJustNow(let until), .ownAddress(let until),
            .misbehaved(let until), .noRoute(let until), .resourcesExhausted(let until):
            untilUnixUSec = until.microseconds
        case .flooded(let limit, let count, let chance):
            self.limit = limit
            self.count = count
            self.chance = chance
        case .duplicate(let id), .operatorsPeer(let id):
            self.id = id.number
        case .perHost(let limit, let count), .perListener(let limit, let count),
            .slots(let limit, let count),
            .whitelistedSlots(let limit, let count), .persistentSlots(let limit, let count),
            .persistentPerHost(let limit, let count), .targetHeld(let limit, let count),
            .group(let limit, let count):
            self.limit = limit
            self.count = count
        case .paused(let limit, let count, let until):
            self.limit = limit
            self.count = count
            untilUnixUSec = until.microseconds
        case .whitelist(let prefix):
            self.prefix = prefix.description
        case .shuttingDown, .networkInactive, .noListener, .trustedLoopback, .knownHost, .otherPort,
            .unknownAddress, .unsupportedAddress:
            break
        }
    }
}

extension Peers.Way {
    fileprivate init(_ way: CoreWay) {
        self =
            switch way {
            case .inbound: .inbound
            case .outbound: .outbound
            case .manual: .manual
            case .persistent: .persistent
            }
    }
}

extension Peers.Rule {
    fileprivate init(_ rule: CoreRule) {
        self =
            switch rule {
            case .shuttingDown: .shuttingDown
            case .networkInactive: .networkInactive
            case .banned: .banned
            case .rateLimited: .rateLimited
            case .flooded: .flooded
            case .duplicate: .duplicate
            case .perHost: .perHost
            case .perListener: .perListener
            case .slots: .slots
            case .whitelist: .whitelist
            case .whitelistedSlots: .whitelistedSlots
            case .noListener: .noListener
            case .trustedLoopback: .trustedLoopback
            case .knownHost: .knownHost
            case .persistentSlots: .persistentSlots
            case .persistentPerHost: .persistentPerHost
            case .targetHeld: .targetHeld
            case .group: .group
            case .ownAddress: .ownAddress
            case .misbehaved: .misbehaved
            case .operatorsPeer: .operatorsPeer
            case .attemptedRecently: .attemptedRecently
            case .attemptedJustNow: .attemptedJustNow
            case .noRoute: .noRoute
            case .otherPort: .otherPort
            case .unknownAddress: .unknownAddress
            case .paused: .paused
            case .resourcesExhausted: .resourcesExhausted
            case .unsupportedAddress: .unsupportedAddress
            }
    }
}
