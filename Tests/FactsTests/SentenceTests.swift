import Addressing
import Facts
import Testing
import Timing

@Suite("A sentence")
struct SentenceTests {
    private let wording = Wording(date: { "at \($0.microseconds)" }, systemError: { "error \($0)" })
    private let prefix = Prefix(IPAddress(v4: 0xc633_6400), length: 120)

    @Test("has times as its reader sees them, and the system's words for its errors")
    func wordings() {
        let until = WallTime(microseconds: 7)
        #expect(
            Refusal.banned(prefix, until: until).sentence(wording)
                == "banned with 198.51.100.0/24 until at 7"
        )
        #expect(
            Refusal.banned(prefix, until: nil).sentence(wording) == "banned with 198.51.100.0/24"
        )
        #expect(
            Refusal.bannedLonger(prefix, until: nil).sentence(wording)
                == "198.51.100.0/24 is banned for longer already, for ever"
        )
        #expect(Ending.io(errno: 104).sentence(wording) == "error 104")
        #expect(
            Report.banned(Ban(prefix: prefix, until: until, origin: .operator), closed: 1)
                .sentence(wording)
                == "Banned 198.51.100.0/24 until at 7 (by an operator), closed 1 connection"
        )
    }

    @Test("is the same wherever different sorts of cause have one name")
    func sharedNames() {
        let id = ConnectionID(number: 7, slot: 0)
        let pairs: [(DialFailure, Refusal)] = [
            (.alreadyConnected(id), .alreadyConnected(id)),
            (.banned(prefix, until: nil), .banned(prefix, until: nil)),
            (.tooManyPerHost(limit: 5), .tooManyPerHost(limit: 5)),
        ]
        for (failure, refusal) in pairs {
            #expect(failure.name.word == refusal.name.word)
            #expect(failure.sentence(wording) == refusal.sentence(wording))
        }
    }

    @Test("about numbers groups and inflects them")
    func numbers() {
        #expect(counted(1, "ban") == "1 ban")
        #expect(counted(0, "ban") == "0 bans")
        #expect(counted(12_345_678, "ban") == "12,345,678 bans")
        #expect(grouped(-1_234) == "-1,234")
        #expect(percent(0.256) == "26 %")
    }

    @Test("of exclusions says how many addresses there are, and what keeps them")
    func exclusions() {
        #expect([Exclusion]().sentence == "no address is known")
        #expect([Exclusion]().words == "none")
        let some = [Exclusion(.group, addresses: 33), Exclusion(.attemptedJustNow, addresses: 7)]
        #expect(
            some.sentence
                == "40 addresses: 33 in groups that are full (outbound.max-per-group), "
                + "7 tried within 60 s"
        )
        #expect(some.words == "group=33 attempted-just-now=7")
        for rule in Rule.Name.allCases {
            #expect([Exclusion(rule, addresses: 1)].sentence.hasPrefix("1 address: 1 "))
        }
    }
}
