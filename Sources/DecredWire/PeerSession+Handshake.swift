internal import Addressing
internal import Timing

/// From the first byte to the peer's `verack`.
extension PeerSession {
    /// The peer's `version`, the first thing that it said.
    mutating func introduced(
        _ peer: VersionMessage,
        _ opening: Opening,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        let policy = surroundings.policy
        // A dialler finds nothing out by its own nonce: whoever it has dialled may echo it.
        if role == .inbound, let dial = surroundings.liveDials.dial(withNonce: peer.nonce) {
            return end(.selfConnection(dial: dial), &output)
        }
        guard peer.protocolVersion >= SessionPolicy.oldestVersion else {
            return end(.obsolete(version: peer.protocolVersion), &output)
        }
        let missing = policy.requiredServices & ~peer.services
        guard role != .outbound || missing == 0 else {
            return end(.lacksServices(missing), &output)
        }
        negotiatedVersion = min(policy.protocolVersion, peer.protocolVersion)
        let description = PeerDescription(peer, negotiated: negotiatedVersion)
        phase = .awaitingVerack(Introduction(peer: description))
        if role == .inbound {
            send(.version(version(to: opening, at: now, surroundings)), surroundings, &output)
        }
        send(.verack, surroundings, &output)
    }

    /// Ours.
    func version(
        to opening: Opening,
        at now: Moment,
        _ surroundings: SessionSurroundings
    ) -> VersionMessage {
        let policy = surroundings.policy
        var receiver = VersionMessage.Endpoint.none
        if let remote = opening.remote, let ip = remote.ip {
            receiver = VersionMessage.Endpoint(services: 0, ip: ip, port: remote.port)
        }
        return VersionMessage(
            protocolVersion: policy.protocolVersion,
            services: policy.services,
            // dcrd bans for a time before 1970.
            unixSeconds: max(0, now.wall.microseconds / 1_000_000),
            receiver: receiver,
            sender: VersionMessage.Endpoint(
                services: policy.services,
                ip: VersionMessage.Endpoint.none.ip,
                port: 0
            ),
            nonce: opening.nonce,
            userAgent: policy.userAgent,
            // Below every height: a dcrd that has no blocks yet would take a full node of height 0
            // for one that it can get headers from, and leave it for giving none within 10 s.
            lastBlock: -1,
            // Nothing that is relayed would be read.
            relaysTransactions: false
        )
    }

    /// The peer's `verack`.
    mutating func complete(
        _ introduction: Introduction,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        phase = .established
        keepAlive = KeepAlive(at: now.instant)
        output.append(.handshakeCompleted(introduction.peer))
        if role.dialled {
            startGossip(at: now, in: surroundings, &output)
        }
        for held in introduction.early {
            // An earlier one may have ended the session.
            guard isEstablished else { return }
            if let message = held.message {
                converse(message, at: now, in: surroundings, &output)
            } else {
                pass(over: held.command, in: surroundings, &output)
            }
        }
    }

    /// Whether one more message may come before `verack`: only older peers say something so early.
    func mayHold(beside introduction: Introduction) -> Bool {
        negotiatedVersion < SessionPolicy.addrv2Version
            && introduction.early.count < SessionPolicy.mostHeldMessages
    }

    /// A message between `version` and `verack`.
    mutating func hold(
        _ message: Message?,
        _ command: Command,
        _ introduction: Introduction,
        _ output: inout SessionOutput
    ) {
        guard mayHold(beside: introduction) else { return end(.unexpected(command), &output) }
        var introduction = introduction
        introduction.early.append(Held(command: command, message: message))
        phase = .awaitingVerack(introduction)
    }
}
