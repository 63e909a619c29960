import Glibc
import Testing

@Suite("Everybody else", .serialized)
struct MeanwhileTests {
    @Test(
        "is served within a bound under any strain, which costs little memory and ends in rest",
        arguments: Strain.allCases
    )
    func service(under strain: Strain) throws {
        var meanwhile = try Meanwhile(at: 41)
        let trouble = try strain.begin(on: meanwhile.daemon)
        try meanwhile.serveEverybody(calls: strain.calls, callsAhead: strain.callsAhead) {
            trouble.goesOn
        }
        if strain.isStill { try meanwhile.daemon.waitForRest() }
        try meanwhile.expectGrowth(atMost: strain.mostGrowth)
        try strain.end(trouble, on: meanwhile.daemon)
        try meanwhile.daemon.waitForRest()
        withExtendedLifetime(trouble) {}
    }

    @Test(
        "is served again after a stop in the midst of it, and then there is rest",
        arguments: [Strain.pagingClients, .rushingPeer]
    )
    func stop(under strain: Strain) throws {
        var meanwhile = try Meanwhile(at: 41)
        let trouble = try strain.begin(on: meanwhile.daemon)
        try meanwhile.daemon.stop()
        // Far longer than a turn.
        _ = poll(nil, 0, 300)
        meanwhile.daemon.signal(SIGCONT)
        try meanwhile.serveEverybody(calls: strain.calls)
        try strain.end(trouble, on: meanwhile.daemon)
        try meanwhile.daemon.waitForRest()
        withExtendedLifetime(trouble) {}
    }
}
