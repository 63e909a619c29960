internal import Addressing
internal import ConnectionCore
internal import DecredWire
package import Engine
package import Facts
internal import Timing

extension EngineInput {
    /// What went in, for a person.
    package func sentence(_ wording: Wording) -> String {
        switch self {
        case .accept(let arrival):
            "\(arrival.remote) has come to \(arrival.local)"
                + (arrival.gate.map { " (gate \($0.number))" } ?? "")
        case .localAddress(let id, let local): "connection \(id) has our end \(local)"
        case .open(let id): "connection \(id) has its socket"
        case .receive(let id, .bytes(let bytes)):
            "connection \(id) has received \(bytes.count) bytes: \(Self.hex(bytes))"
        case .receive(let id, .told(let count, let digest)):
            "connection \(id) has received \(count) bytes "
                + "(digest \(String(digest, radix: 16)))"
        case .discard(let id, let count): "\(count) bytes of connection \(id) were thrown away"
        case .sent(let id, let waiting, let moment):
            "\(waiting) bytes wait for connection \(id)"
                + (moment == nil ? "" : ", and it is known when they were sent")
        case .event(let event): event.sentence(wording)
        case .deadlines: "something was due"
        case .shutDown: "the daemon is to end"
        case .connect(let target, let limit, let waiter):
            "client \(waiter.number) wants a connection to \(target)"
                + (limit.map { " within \($0)" } ?? "")
        case .abandon(let id, let waiter):
            "client \(waiter.number) doesn't wait for connection \(id) any more"
        case .addPersistent(let target): "an operator adds the persistent peer \(target)"
        case .disconnect(let selector, _): "an operator disconnects \(selector.sentence)"
        case .remove(let selector): "an operator removes \(selector.sentence)"
        case .ban(let prefix, let duration, _):
            "an operator bans \(prefix) \(duration.map { "for \($0)" } ?? "for ever")"
        case .unban(let prefix): "an operator lifts the ban of \(prefix)"
        case .networkActive(let isActive):
            "an operator turns the network \(isActive ? "on" : "off")"
        case .addAddresses(let targets): "an operator adds \(targets.count) addresses"
        case .lendAddresses: "the configuration is read again"
        case .forgetLentAddresses: "the configuration was read"
        case .reload(_, let configured, _, _):
            "another configuration holds, with \(configured.count) addresses"
        case .keepConfiguredPeers: "the configuration's persistent peers are to be kept"
        case .keepState: "the store is free"
        case .stored(let answer, _): "the store answers: \(answer.sentence)"
        }
    }

    /// The first 64 bytes.
    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = bytes.prefix(64).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return digits.joined() + (bytes.count > 64 ? "…" : "")
    }
}

extension Event {
    fileprivate func sentence(_ wording: Wording) -> String {
        switch self {
        case .resolved(let attempt, let addresses):
            "the name of connection \(attempt.id) is "
                + addresses.map(\.description).joined(separator: ", ")
        case .dialSucceeded(let attempt, let local):
            "attempt \(attempt.number) of connection \(attempt.id) is connected, from \(local)"
        case .dialFailed(let attempt, let failure):
            "attempt \(attempt.number) of connection \(attempt.id) has failed: "
                + failure.sentence(wording)
        case .handshakeCompleted(let id): "the handshake of connection \(id) is complete"
        case .closed(let id, let ending):
            "connection \(id) has ended: \(ending.sentence(wording))"
        case .acceptFailed(let code): "nobody can be accepted: \(wording.systemError(code))"
        case .addressesAdded: "there are more addresses"
        case .localAddressesChanged: "our addresses have changed"
        case .clockMoved: "the calendar's clock was set"
        case .stoodStill(let pause): "the process stood still for \(pause)"
        case .deadlineReached: "something is due"
        }
    }
}

extension Selector {
    fileprivate var sentence: String {
        switch self {
        case .number(let number): "connection \(number)"
        case .target(let target): "\(target)"
        case .host(let host): "all of \(host)"
        }
    }
}

extension Engine.StoreAnswer {
    fileprivate var sentence: String {
        switch self {
        case .loaded(let state): "\(state.peers.count) peers and \(state.bans.count) bans"
        case .loadedUnwritable(let state, let failure):
            "\(state.peers.count) peers and \(state.bans.count) bans, but \(failure.text)"
        case .saved: "done"
        case .failed(let failure): failure.text
        }
    }
}

extension Step {
    /// What was decided, for a person: in the journal's words, where it tells of it.
    package func sentence(_ wording: Wording) -> String {
        switch self {
        case .resolve(let attempt, let name, _): "look up \(name) for connection \(attempt.id)"
        case .dial(let attempt, let address):
            "dial \(address) as attempt \(attempt.number) of connection \(attempt.id)"
        case .send(let id, let range): "send \(range.count) bytes to connection \(id)"
        case .close(let id): "close connection \(id)"
        case .report(let report, let details): report.sentence(wording) + details.suffix
        case .remark(.addressesLearned(let peer, let count)):
            "\(peer?.description ?? "a peer of no address") told of \(count) addresses"
        case .remark(.misbehaving(let peer, let misbehaviour, let score, _)):
            "\(peer?.description ?? "a peer of no address") misbehaves (score \(score)): "
                + "\(misbehaviour)"
        case .answer(let waiter, .success(let row)):
            "answer client \(waiter.number): connection \(row.id)"
        case .answer(let waiter, .failure(let cause)):
            "answer client \(waiter.number): \(cause.sentence(wording))"
        case .store(let request): "store: \(request.sentence)"
        }
    }
}

extension ReportDetails {
    fileprivate var suffix: String {
        switch self {
        case .none: ""
        case .ended(let traffic, let reason):
            " [\(traffic.received) bytes in, \(traffic.sent) bytes out]"
                + (reason.map { ": \($0)" } ?? "")
        case .introduced(let peer): " [\(peer.userAgent)]"
        }
    }
}

extension StoreRequest {
    fileprivate var sentence: String {
        switch self {
        case .load: "load"
        case .apply(let changes): "\(changes.count) changes"
        case .replace(let snapshot): "all \(snapshot.peers.count) peers and all bans"
        case .check: "look whether all is there"
        }
    }
}
