internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What commands must be answered. Nil stands for consent.
extension Ledger {
    func duplicate(of target: PeerTarget) -> Refusal? {
        guard let existing = entry(at: target) else { return nil }
        switch existing.standing {
        case .waiting, .dialing: return .alreadyPending(existing.id)
        case .handshaking where existing.kind != .inbound: return .alreadyPending(existing.id)
        case .handshaking, .established: return .alreadyConnected(existing.id)
        }
    }

    private func unsupported(_ target: PeerTarget) -> Refusal {
        .unsupportedAddress(target.description, reason: target.obstacle)
    }

    func refusalToConnect(_ target: PeerTarget, at now: Moment, _ bans: BanBook) -> Refusal? {
        if !Self.isSupported(target) { return unsupported(target) }
        if isShuttingDown { return .shuttingDown }
        if !isNetworkActive { return .networkInactive }
        if case .address(let address) = target, let ban = bans.cover(of: address, at: now) {
            return .banned(ban.prefix, until: ban.until)
        }
        if let existing = entry(at: target), existing.isPersistent {
            return .duplicatePersistent(existing.id)
        }
        if let refusal = duplicate(of: target) { return refusal }
        let perHost = policy.limits.perHost
        if case .address(let address) = target, perHost > 0,
            count(of: HostKey(address.host)) >= perHost
        {
            return .tooManyPerHost(limit: perHost)
        }
        return admits(.manual) ? nil : .tooManyConnections(limit: policy.limits.connections)
    }

    func refusalToAddPersistent(_ target: PeerTarget) -> Refusal? {
        if !Self.isSupported(target) { return unsupported(target) }
        if isShuttingDown { return .shuttingDown }
        if let existing = entry(at: target) {
            if existing.isPersistent { return .duplicatePersistent(existing.id) }
            if existing.standing == .dialing { return .alreadyPending(existing.id) }
            if existing.kind == .inbound { return .alreadyConnected(existing.id) }
        }
        let limit = policy.persistent.max
        if persistent >= limit { return .tooManyPersistent(limit: limit) }
        let perHost = policy.limits.perHost
        if case .address(let address) = target, perHost > 0 {
            let host = HostKey(address.host)
            let others = entries.count {
                $0.isPersistent && $0.address.map { HostKey($0.host) } == host
            }
            if others >= perHost { return .tooManyPersistentPerHost(limit: perHost) }
        }
        return nil
    }

    func refusalToDisconnect(_ selector: Selector) -> Refusal? {
        if isShuttingDown { return .shuttingDown }
        return selected(by: selector).isEmpty ? .notFound : nil
    }

    func refusalToRemove(_ selector: Selector) -> Refusal? {
        if let refusal = refusalToDisconnect(selector) { return refusal }
        let selected = selected(by: selector)
        guard !selected.contains(where: \.isPersistent), let first = selected.first else {
            return nil
        }
        return .notPersistent(first.id)
    }

    /// What a ban ends, and what it covers and spares. An automatic one has nothing to do with whom
    /// it finds behind a proxy or on the machine itself.
    func covered(
        by prefix: Prefix,
        isAutomatic: Bool = false
    ) -> (closing: [ConnectionID], spared: [ConnectionID]) {
        let covered = entries.filter {
            ($0.address?.ip.map { BanBook.covers(prefix, $0) } ?? false)
                && !(isAutomatic && ($0.isProxied || $0.isTrusted))
        }
        let spares = { (entry: Entry) in entry.kind == .manual || entry.isWhitelisted }
        return (covered.filter { !spares($0) }.map(\.id), covered.filter(spares).map(\.id))
    }

    func selected(by selector: Selector) -> [Entry] {
        switch selector {
        case .number(let number): entries.filter { $0.id.number == number }
        case .target(let target): entry(at: target).map { [$0] } ?? []
        case .host(let ip): entries.filter { $0.address?.ip == ip }
        }
    }

    private func entry(at target: PeerTarget) -> Entry? {
        switch target {
        case .address(let address): entries.first { $0.address == address }
        case .name: entries.first { $0.target == target }
        }
    }

    private static func isSupported(_ target: PeerTarget) -> Bool {
        switch target {
        case .address(let address): isDialable(address)
        case .name(let name): name.port != 0
        }
    }
}
