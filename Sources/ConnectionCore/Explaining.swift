internal import Addressing
package import Facts
package import Timing

/// Says what the rules would decide, without deciding it.
///
/// Each way's rules stand once, in a `Checklist`: `admit`, `holdOutboundTarget`, `connect` and
/// `addPersistent` take the first that refuses, and here all are named that say something.
extension ConnectionCore {
    /// What each rule says about a peer now. Changes nothing: no token is taken, nothing is drawn.
    ///
    /// O(n) of the connections, and of the sources that are known to the rate limit, at most
    /// 10,000: for operators, not for events. `source` is asked, not told. `listeners` are those
    /// that a peer could come to.
    package func explain<Source: AddressSource>(
        _ topic: Explanation.Topic,
        listeners: [Explanation.Listener],
        at now: Moment,
        asking source: Source
    ) -> Explanation {
        var findings: [Finding] = []
        for way in Way.allCases {
            let rules =
                switch way {
                case .inbound: inboundRules(topic, listeners, at: now)
                case .outbound: outboundRules(topic, at: now, asking: source)
                case .manual: ManualCheck.all { ask($0, about: topic, at: now) }
                case .persistent: PersistentCheck.all { ask($0, about: topic) }
                }
            findings += rules.map { Finding(way: way, rule: $0) }
        }
        return Explanation(connections: connections(of: topic), findings: findings)
    }

    private func inboundRules(
        _ topic: Explanation.Topic,
        _ listeners: [Explanation.Listener],
        at now: Moment
    ) -> [Rule] {
        guard let address = topic.address, let ip = address.ip else { return [.unsupportedAddress] }
        let possible = listeners.filter { $0.takes(ip) }
        // Whoever comes through a proxy comes from loopback: no other address meets its listener
        // where there is one for peers themselves.
        let direct = ip.isLoopback ? possible : possible.filter(\.isDirect)
        let asked = (direct.isEmpty ? possible : direct).map {
            rules(admitting: $0.arrival(of: address), at: now)
        }
        // One that lets it in is enough.
        if let rules = asked.first(where: { !$0.contains(where: \.refuses) }) ?? asked.first {
            return rules
        }
        let nowhere = Arrival(remote: address, local: address, trustsLoopback: false)
        return [.noListener] + rules(admitting: nowhere, at: now)
    }

    /// What `admit` would ask about a peer on one of the listeners. Port 0 stands for any.
    package func rules(admitting arrival: Arrival, at now: Moment) -> [Rule] {
        let question = question(about: arrival, at: now)
        var outlook: RateOutlook?
        return InboundCheck.all { ask($0, about: question, &outlook) }
    }

    private func outboundRules<Source: AddressSource>(
        _ topic: Explanation.Topic,
        at now: Moment,
        asking source: Source
    ) -> [Rule] {
        let question: PickQuestion
        switch topic {
        case .target(.address(let address)):
            let candidate = source.candidate(for: address, at: now)
            question = PickQuestion(address: address, now: now, candidate: candidate)
        case .target(.name):
            // Names aren't picked.
            return dialling(at: now) + [.unknownAddress]
        case .host(let ip):
            question = PickQuestion(
                address: PeerAddress(ip, port: 0),
                now: now,
                candidate: nil,
                isBare: true
            )
        }
        return dialling(at: now) + PickCheck.all { ask($0, about: question) }
    }

    /// Whoever it is about.
    private func dialling(at now: Moment) -> [Rule] {
        WantCheck.all { ask($0) } + PaceCheck.all { ask($0, at: now) }
    }

    private func connections(of topic: Explanation.Topic) -> [ConnectionID] {
        switch topic {
        case .target(let target):
            var found = table.connection(at: target).map { [$0.id] } ?? []
            if case .address(let address) = target, let named = table.connection(lastAt: address),
                !found.contains(named.id)
            {
                found.append(named.id)
            }
            return found
        case .host(let ip):
            return Array(
                table.connections.lazy.filter { $0.remote?.ip == ip }.map(\.id)
                    .prefix(Explanation.maxConnections)
            )
        }
    }
}
