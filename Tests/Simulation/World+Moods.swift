internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// The weather: the network goes and comes back, descriptors run out, floods come, peers and names
/// change, somebody sets the clock, or stops the process for a while.
extension World {
    mutating func changeMood() throws(BrokenPromise) {
        switch random.number(below: 10) {
        case 0..<2: loseNetwork(random.element(of: Mood.Network.allCases))
        case 2..<4: mood.network = .up
        case 4: mood.hasDescriptors.toggle()
        case 5: mood.hasDescriptors = true
        case 6:
            mood.isFlooded.toggle()
            if mood.isFlooded { schedule(.strangersArrival) }
        case 7: try setClock()
        case 8 where random.chance(0.3): try changeAddresses()
        case 9 where random.chance(0.5): try standStill()
        default: changePeople()
        }
        write("mood \(mood)")
    }

    /// Most of what is connected breaks, one after the other, as the kernel notices.
    private mutating func loseNetwork(_ network: Mood.Network) {
        mood.network = network
        guard network != .up else { return }
        for (id, socket, remote) in shell.established {
            guard !(remote.ip?.isLoopback ?? false), random.chance(0.7) else { continue }
            schedule(
                .closed(id, socket: socket, .timedOut),
                in: random.duration(below: .seconds(120))
            )
        }
    }

    /// By up to an hour, in either direction.
    private mutating func setClock() throws(BrokenPromise) {
        wallOffset += Int64(random.number(in: -3_600...3_600)) * 1_000_000
        bans.clockMoved(to: moment)
        try deliver(.clockMoved, "clockMoved")
    }

    /// The process is stopped. What happens meanwhile waits, and comes all at once afterwards.
    private mutating func standStill() throws(BrokenPromise) {
        let pause = random.duration(from: .milliseconds(100), to: .seconds(200))
        now = now + pause
        isCatchingUp = true
        neglectedSince = nil
        ledger.stoodStill(for: pause)
        try deliver(.stoodStill(for: pause), "stoodStill \(pause)")
        tally.count("standstills")
    }

    /// Another provider, or another listener: what was ourselves may be somebody else now.
    mutating func changeAddresses() throws(BrokenPromise) {
        ledger.forgetOwnAddresses()
        try deliver(.localAddressesChanged, "localAddressesChanged")
    }

    private mutating func changePeople() {
        for _ in 0..<5 { population.change(random.number(below: population.peers.count), &random) }
        population.rename(random.number(below: population.names.count), &random)
    }
}
