internal import Addressing
import Facts
internal import Timing

/// What is asked before somebody is connected because an operator wants it, in this order.
enum ManualCheck: UInt8, Checklist {
    case support
    case shutdown, network
    case ban
    case duplicate
    case host
    case slots
}

/// What is asked before a peer is kept connected, in this order. While the network is inactive, and
/// when descriptors are exhausted, it is added all the same and waits. No ban concerns it.
enum PersistentCheck: UInt8, Checklist {
    case support
    case shutdown
    case duplicate
    case slots
    case host
}

/// The rules of commands. Asking changes nothing.
extension ConnectionCore {
    func ask(_ check: ManualCheck, about topic: Explanation.Topic, at now: Moment) -> Rule? {
        switch check {
        case .support: supportRule(of: topic)
        case .shutdown: shutdownRule
        case .network: networkRule
        case .ban: topic.address.flatMap { banRule(of: $0, at: now) }
        case .duplicate: topic.target.flatMap { duplicateRule(of: $0) }
        case .host: topic.address.flatMap { hostRule(of: HostKey($0.host)) }
        case .slots: slotRule(for: .manual)
        }
    }

    func ask(_ check: PersistentCheck, about topic: Explanation.Topic) -> Rule? {
        switch check {
        case .support: supportRule(of: topic)
        case .shutdown: shutdownRule
        case .duplicate: unadoptableRule(of: topic)
        case .slots: persistentSlotRule
        case .host: persistentHostRule(of: topic)
        }
    }

    private func supportRule(of topic: Explanation.Topic) -> Rule? {
        let isSupported =
            switch topic {
            case .target(.address(let address)): Self.isDialable(address)
            case .target(.name(let name)): name.port != 0
            case .host(let ip): Self.isDialable(ip)
            }
        return isSupported ? nil : .unsupportedAddress
    }

    private func unadoptableRule(of topic: Explanation.Topic) -> Rule? {
        guard let target = topic.target, let existing = table.connection(at: target),
            !Self.mayBeAdopted(existing)
        else { return nil }
        return .duplicate(existing.id)
    }

    private var persistentSlotRule: Rule? {
        let (limit, count) = (policy.persistent.max, table.census.persistent)
        return count < limit ? nil : .tooManyPersistent(limit: limit, count: count)
    }

    /// Only other persistent connections count: five inbound peers of one host must not be able to
    /// block the peer that the operator named.
    private func persistentHostRule(of topic: Explanation.Topic) -> Rule? {
        let limit = policy.limits.perHost
        guard limit > 0, let address = topic.address else { return nil }
        let others = table.persistentCount(of: HostKey(address.host))
        return others < limit ? nil : .tooManyPersistentPerHost(limit: limit, count: others)
    }
}

extension Explanation.Topic {
    /// Nil for a name. Of a bare address with port 0, which no connection has.
    var address: PeerAddress? {
        switch self {
        case .target(.address(let address)): address
        case .target(.name): nil
        case .host(let ip): PeerAddress(ip, port: 0)
        }
    }

    var target: PeerTarget? {
        switch self {
        case .target(let target): target
        case .host: nil
        }
    }
}
