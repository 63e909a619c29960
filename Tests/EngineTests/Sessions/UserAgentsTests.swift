import Testing

@testable import Engine

@Suite("User agents")
struct UserAgentsTests {
    @Test("that are equal are kept once, for as long as somebody has one")
    func shared() {
        var agents = UserAgents()
        let first = agents.take("/dcrd/")
        let other = agents.take("/peerd/")
        #expect(agents.take("/dcrd/") == first)
        #expect(agents.count == 2)
        agents.giveBack(first)
        #expect(agents[first] == "/dcrd/" && agents[other] == "/peerd/")
        agents.giveBack(first)
        #expect(agents.count == 1)
    }

    @Test("that come and go take no more places than there are at a time")
    func reused() {
        var agents = UserAgents()
        for index in 0..<1_000 {
            let number = agents.take("/\(index)/")
            #expect(number == 0 && agents[number] == "/\(index)/")
            agents.giveBack(number)
        }
        #expect(agents.count == 0)
    }
}
