import Facts
import Testing

@Suite("A name")
struct FactNameTests {
    private static func check<Name: FactName>(_ names: Name.Type) {
        let all = Array(Name.allCases)
        for (place, name) in all.enumerated() {
            #expect(name.ordinal == place)
            #expect(name.word.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x2d })
            #expect(!name.word.hasPrefix("-") && !name.word.hasSuffix("-"))
            #expect(Name(camelCase: name.camelCase) == name)
            #expect(Name(pascalCase: name.pascalCase) == name)
            #expect(Name(rawValue: name.word) == name)
            #expect(Name(camelCase: name.camelCase.uppercased()) == nil)
        }
        #expect(Set(all.map(\.camelCase)).count == all.count)
    }

    @Test("is one word in each spelling, and is found by it")
    func spellings() {
        Self.check(Ban.Origin.self)
        Self.check(DialFailure.Name.self)
        Self.check(Ending.Name.self)
        Self.check(Phase.Name.self)
        Self.check(Refusal.Name.self)
        Self.check(Report.Name.self)
        Self.check(Rule.Name.self)
        Self.check(SessionFault.self)
        Self.check(ShownKind.self)
        Self.check(ShownPhase.self)
        Self.check(Way.self)
    }

    @Test("has its other spellings from its word")
    func derived() {
        let name = Rule.Name.tooManyPersistentPerHost
        #expect(name.word == "too-many-persistent-per-host")
        #expect(name.camelCase == "tooManyPersistentPerHost")
        #expect(name.pascalCase == "TooManyPersistentPerHost")
        #expect(Ending.Name.io.pascalCase == "Io")
    }

    /// A fact has one name wherever it is told: as what refused, failed or ended something, and as
    /// the rule behind it.
    @Test("of a session's fault is that of the ending by it", arguments: SessionFault.allCases)
    func faults(_ fault: SessionFault) {
        #expect(Ending.session(fault).name.word == fault.word)
    }

    @Test("of a refusal is that of its rule, but for what says more than the rule")
    func refusals() {
        let refusals: [Refusal] = [
            .shuttingDown, .networkInactive, .rateLimited, .flooded(chance: 0.5),
            .tooManyPerHost(limit: 5), .tooManyPerListener(limit: 5),
            .tooManyConnections(limit: 5), .tooManyWhitelisted(limit: 5),
        ]
        let told = refusals.compactMap { Rule.Name(rawValue: $0.name.word) }
        // Of a duplicate is said what the other one is, and what fails to be accepted isn't told.
        let others: Set<Rule.Name> = [.banned, .duplicate, .resourcesExhausted]
        #expect(told.count == refusals.count && others.isDisjoint(with: told))
        #expect(others.union(told) == Set(RuleCounts.rules))
    }

    @Test("of a kind is persistent where it is, and manual for the rules")
    func kinds() {
        for kind in Kind.allCases {
            #expect(ShownKind(kind, isPersistent: false).kind == kind)
        }
        #expect(ShownKind(.manual, isPersistent: true) == .persistent)
        #expect(ShownKind.persistent.kind == .manual)
    }

    @Test("of an established phase is asked for by it, whether it is shown as connected or ready")
    func phases() {
        #expect(ShownPhase(.established, isReady: true) == .ready)
        #expect(ShownPhase(.established, isReady: false) == .connected)
        for phase in ShownPhase.allCases {
            #expect(
                ShownPhase.established.includes(phase) == [.connected, .ready].contains(phase)
            )
            #expect(ShownPhase.ready.includes(phase) == (phase == .ready))
        }
    }
}
