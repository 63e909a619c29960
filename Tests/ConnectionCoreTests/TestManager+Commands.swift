import Addressing
import ConnectionCore
import Facts
import Timing

/// What operators ask for, in the words of the command line.
extension TestManager {
    @discardableResult
    func connect(
        _ text: String,
        within limit: Duration? = nil
    ) throws(Refusal) -> ConnectionID {
        try command { core, now, actions throws(Refusal) in
            try core.connect(target(text), within: limit, at: now, &actions)
        }
    }

    @discardableResult
    func addPersistent(_ text: String) throws(Refusal) -> ConnectionID {
        try command { core, now, actions throws(Refusal) in
            try core.addPersistent(target(text), at: now, &actions)
        }
    }

    @discardableResult
    func disconnect(_ selector: Selector) throws(Refusal) -> Int {
        try command { core, now, actions throws(Refusal) in
            try core.disconnect(selector, at: now, &actions)
        }
    }

    @discardableResult
    func remove(_ selector: Selector) throws(Refusal) -> Int {
        try command { core, now, actions throws(Refusal) in
            try core.remove(selector, at: now, &actions).count
        }
    }

    @discardableResult
    func ban(
        _ text: String,
        for duration: Duration? = nil,
        replacing: Bool = false
    ) throws(Refusal) -> BanOutcome {
        try command { core, now, actions throws(Refusal) in
            try core.ban(prefix(text), for: duration, replacing: replacing, at: now, &actions)
        }
    }

    /// What the rules say of a peer: of an address with a port or a name, or of a bare address.
    func explain(_ text: String, trustingLoopback: Bool = true) -> Explanation {
        explain(text, listeners: [.any(trustsLoopback: trustingLoopback)])
    }

    func explain(_ text: String, listeners: [Explanation.Listener]) -> Explanation {
        let topic = IPAddress(text).map { Explanation.Topic.host($0) } ?? .target(target(text))
        return core.explain(
            topic,
            listeners: listeners,
            at: now,
            asking: source
        )
    }
}

extension Explanation.Listener {
    /// One for every address.
    static func any(
        network: Arrival.Network = .ip,
        trustsLoopback: Bool = true
    ) -> Explanation.Listener {
        Explanation.Listener(
            local: PeerAddress(IPAddress(v4: 0), port: 9108),
            network: network,
            trustsLoopback: trustsLoopback,
            isDualStack: true
        )
    }
}
