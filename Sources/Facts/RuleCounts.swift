/// How many inbound peers each rule has refused since the start.
package struct RuleCounts: Equatable, Sendable {
    /// The rules that can.
    package static let rules = Rule.Name.allCases.filter { $0.inboundPlace != nil }

    /// One for each rule, by its place: each peer of a flood that is refused counts here, which a
    /// hash of the rule's word would make dear.
    private var counts = [UInt64](repeating: 0, count: rules.count)

    package init() {}

    /// 0 of a rule that refuses no inbound peer. Traps where one of these is counted.
    package subscript(rule: Rule.Name) -> UInt64 {
        get { rule.inboundPlace.map { counts[$0] } ?? 0 }
        set {
            guard let place = rule.inboundPlace else {
                preconditionFailure("\(rule) refuses no inbound peer")
            }
            counts[place] = newValue
        }
    }

    package var total: UInt64 { counts.reduce(0, +) }
}

extension Rule.Name {
    /// Where refused peers are counted, from 0 without a gap; nil if none is refused so.
    fileprivate var inboundPlace: Int? {
        switch self {
        case .shuttingDown: 0
        case .networkInactive: 1
        case .banned: 2
        case .rateLimited: 3
        case .flooded: 4
        case .duplicate: 5
        case .tooManyPerHost: 6
        case .tooManyPerListener: 7
        case .tooManyConnections: 8
        case .tooManyWhitelisted: 9
        case .resourcesExhausted: 10
        case .whitelist, .noListener, .trustedLoopback, .knownHost, .tooManyPersistent,
            .tooManyPersistentPerHost, .targetHeld, .group, .ownAddress, .misbehaved,
            .operatorsPeer, .attemptedRecently, .attemptedJustNow, .noRoute, .otherPort,
            .unknownAddress, .paused, .unsupportedAddress:
            nil
        }
    }
}
