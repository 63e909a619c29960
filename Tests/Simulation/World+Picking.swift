internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// Whom the core picks, and what it says when there is nobody.
extension World {
    /// Each automatic attempt was announced to the address source, and had to pass by what was
    /// attempted lately; what was passed over must have been unsuitable.
    mutating func checkStarts() throws(BrokenPromise) {
        for start in source.starts {
            guard let candidate = start.candidate, candidate.address == start.address else {
                throw BrokenPromise("\(start.address) is dialled and was not picked last")
            }
            let pick = start.passedOver.count
            if let reason = reasonAgainst(candidate, pick: pick) {
                throw BrokenPromise("\(start.address) is dialled: \(reason)")
            }
            try checkPassedOver(start.passedOver)
        }
        if let given = source.givenInVain { try checkVainLook(given) }
        let dialled = source.starts.count
        source.forgetStarts()
        try tally.matchAutomatic(dialled)
    }

    /// Nobody was found: none of those that were looked at was suitable, and if that is said now,
    /// it is with their number.
    private mutating func checkVainLook(_ given: [AddressCandidate]) throws(BrokenPromise) {
        try checkPassedOver(given)
        let (list, ledger, now) = (source, ledger, now)
        let resting = list.count { ledger.rests.isResting($0, at: now) }
        try require(
            given.count == Policy.Outbound.picks || list.count { _ in true } == resting,
            "only \(given.count) picks were made"
        )
        self.ledger.pacing.lookedInVain(at: now)
        tally.count("looked in vain")
        guard let said = self.ledger.takeShortage() else { return }
        tally.count("nobody to dial")
        let looked = Set(given.map(\.address)).count
        let unsuitable = said.exclusions.reduce(0) { $0 + $1.addresses }
        try require(
            unsuitable == looked + resting,
            "\(unsuitable) addresses are said to be unsuitable, \(looked) + \(resting) are"
        )
        let missing = scenario.policy.outbound.target - ledger.limited.outbound
        try require(said.missing == missing, "\(said.missing) are said to be missing")
    }

    private func checkPassedOver(_ candidates: [AddressCandidate]) throws(BrokenPromise) {
        try require(candidates.count <= Policy.Outbound.picks, "\(candidates.count) picks")
        for (pick, candidate) in candidates.enumerated() {
            let address = candidate.address
            let reason =
                reasonAgainst(candidate, pick: pick)
                ?? ledger.obstacleToPicking(address, at: moment, bans, besides: .slots)
            try require(reason != nil, "\(address) is passed over at pick \(pick)")
        }
    }

    /// What only this pick has against a candidate. What was attempted before the network came back
    /// is as good as new.
    private func reasonAgainst(_ candidate: AddressCandidate, pick: Int) -> String? {
        if let since = candidate.sinceLastAttempt,
            ledger.networkResumedAt.map({ now - since >= $0 }) ?? true
        {
            let pause: Duration = pick < 30 ? .seconds(600) : .seconds(60)
            if since < pause { return "\(since) after the last time" }
        }
        if let port = scenario.policy.outbound.defaultPort, pick < 50,
            candidate.address.port != port
        {
            return "before the default port's"
        }
        return nil
    }
}
