internal import Timing

/// The exchange of addresses. Without gossip none are asked for, given or told of, but whoever
/// floods us with them is dealt with all the same.
extension PeerSession {
    /// The answer to `SessionFact.addressesAsked`: one message with the first 1,000 of them that
    /// the peer can be told of, or nothing if there are none.
    ///
    /// Does nothing if the session has been closed since, and traps if nobody asked or the answer
    /// was given.
    package mutating func give(
        _ addresses: [AdvertisedAddress],
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        guard !isClosed else { return }
        precondition(gossip.owesAnswer, "nobody asked for addresses")
        gossip.answered()
        tell(addresses, surroundings, &output)
    }

    /// A peer that we dialled is asked for addresses, and told of ours.
    mutating func startGossip(
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        let policy = surroundings.policy
        guard policy.gossips else { return }
        if surroundings.wantsAddresses { send(.getaddr, surroundings, &output) }
        let seconds = UInt64(max(0, now.wall.microseconds) / 1_000_000)
        let ours = policy.advertised.map {
            AdvertisedAddress(address: $0, services: policy.services, lastSeenSeconds: seconds)
        }
        tell(ours, surroundings, &output)
    }

    private mutating func tell(
        _ addresses: [AdvertisedAddress],
        _ surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        let isNew = negotiatedVersion >= SessionPolicy.addrv2Version
        let told = addresses.lazy
            .filter { isNew || $0.fitsOldMessage }
            .filter { surroundings.policy.mayTell($0.address) }
            .prefix(AdvertisedAddress.mostInMessage)
            .map(\.roundedToDay)
        guard !told.isEmpty else { return }
        send(isNew ? .addrv2(Array(told)) : .addr(Array(told)), surroundings, &output)
    }

    /// `getaddr`. Peers that we dialled get no answer, so that nobody maps the network by having
    /// himself dialled; dcrd does the same.
    mutating func addressesAsked(
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        guard !gossip.wasAsked else {
            return misbehaved(.repeatedGetaddr, at: now, in: surroundings, &output)
        }
        let isAnswered = role == .inbound && surroundings.policy.gossips
        gossip.asked(isToBeAnswered: isAnswered)
        if isAnswered { output.append(.addressesAsked) }
    }

    /// `addr` or `addrv2`.
    mutating func take(
        _ addresses: [AdvertisedAddress],
        in kind: MessageKind,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        let expected: MessageKind =
            negotiatedVersion >= SessionPolicy.addrv2Version ? .addrv2 : .addr
        guard kind == expected else {
            let misbehaviour = Misbehaviour.wrongAddressMessage(kind, negotiated: negotiatedVersion)
            return misbehaved(misbehaviour, at: now, in: surroundings, &output)
        }
        let policy = surroundings.policy
        let count = gossip.admit(addresses.count, at: now.instant, under: policy)
        if count > 0, policy.gossips {
            output.append(.addresses(Array(addresses.prefix(count))))
        }
        let dropped = addresses.count - count
        if dropped > 0 {
            misbehaved(.addressFlood(dropped: dropped), at: now, in: surroundings, &output)
        }
    }
}
