internal import Timing

/// A network in which somebody wants to be all that one node knows.
///
/// 250 live nodes in 180 groups and 750 dead addresses, of which 16 honest sources tell; a quiet
/// day; then one in which 4,000 live attackers of so many groups are told 20 times each. The node
/// keeps 8 connections, no two of a group: honest ones last 6 hours, attackers' for ever. At the
/// end of the second day it is started anew.
package struct EclipseWorld {
    /// What came of it.
    package struct Outcome: Equatable, Sendable {
        /// Of what the book would give: the part that is attackers.
        package var share: Double
        /// Of 8 connections after the restart: attackers'.
        package var slots: Double
        package var failedDials: Double
        /// Honest ones among what has been good.
        package var honestTried: Double

        package init(
            share: Double,
            slots: Double,
            failedDials: Double,
            honestTried: Double
        ) {
            self.share = share
            self.slots = slots
            self.failedDials = failedDials
            self.honestTried = honestTried
        }
    }

    /// Whose rules decide.
    package enum Rules: String, CaseIterable, Sendable {
        case dcrd, core = "Core", ours
    }

    private static let day = 86_400
    private static let live = 250
    private static let dead = 750
    private static let attackers = 4_000
    private static let slotCount = 8

    /// In so many /16s the attackers' addresses are.
    package enum Attack: Int, CaseIterable, Sendable {
        case oneNetwork = 1
        /// What one provider may have.
        case oneProvider = 16
        case someProviders = 64
        /// More groups than the honest nodes have: here no book helps.
        case everywhere = 1_000

        package var groups: Int { rawValue }
    }

    /// The same seed gives the same outcome.
    package static func run(_ rules: Rules, _ attack: Attack, seed: UInt64) -> Outcome {
        switch rules {
        case .dcrd: run(DcrdBook.self, attack.groups, seed)
        case .core: run(CoreBook.self, attack.groups, seed)
        case .ours: run(RealBook.self, attack.groups, seed)
        }
    }

    /// What came of the first seeds, on average.
    package static func mean(_ rules: Rules, _ attack: Attack, networks: Int) -> Outcome {
        let outcomes = (1...networks).map { run(rules, attack, seed: UInt64($0)) }
        func mean(_ value: (Outcome) -> Double) -> Double {
            outcomes.reduce(0) { $0 + value($1) } / Double(networks)
        }
        return Outcome(
            share: mean(\.share),
            slots: mean(\.slots),
            failedDials: mean(\.failedDials),
            honestTried: mean(\.honestTried)
        )
    }

    private static func run<Book: EclipsedBook>(
        _ type: Book.Type,
        _ groups: Int,
        _ seed: UInt64
    ) -> Outcome {
        var life = EclipsedLife<Book>(
            nodes: (live, dead, attackers),
            groups: groups,
            slots: slotCount,
            seed: seed
        )
        life.hearHonestSources()
        life.live(for: day)
        life.live(for: day, underAttack: true)
        let share = life.attackersShare()
        let (failedDials, honestTried) = (life.failedDials, life.honestTried)
        life.restart()
        return Outcome(
            share: share,
            slots: Double(life.attackersSlots),
            failedDials: Double(failedDials),
            honestTried: Double(honestTried)
        )
    }
}

extension EclipseWorld.Attack {
    /// The most that our rules may give an attacker: the share of picks, and slots of 8.
    private var most: (share: Double, slots: Double) {
        switch self {
        case .oneNetwork: (0.05, 1.5)
        case .oneProvider: (0.35, 4)
        case .someProviders: (0.60, 6)
        case .everywhere: (0.90, 7.5)
        }
    }

    /// Where our rules give more than that, or as much as Bitcoin Core's; failed dials and honest
    /// addresses that were good are to show that the book isn't stuck in what is dead.
    package func complaints(
        of ours: EclipseWorld.Outcome,
        beside core: EclipseWorld.Outcome
    ) -> [String] {
        var complaints: [String] = []
        if ours.share > most.share { complaints.append("too many of the picks are attackers") }
        if ours.slots > most.slots { complaints.append("too many of the slots are attackers'") }
        if self != .oneNetwork, ours.share >= core.share {
            complaints.append("Bitcoin Core's rules do better")
        }
        if ours.failedDials >= core.failedDials {
            complaints.append("no fewer dials fail than by Bitcoin Core's rules")
        }
        if ours.honestTried < 125 { complaints.append("too few honest addresses were found good") }
        return complaints.map { "\(groups) groups: \($0)" }
    }
}

/// One node's life in it.
private struct EclipsedLife<Book: EclipsedBook> {
    private static var toldEach: Int { 20 }
    private static var sources: Int { 16 }
    /// Groups of those who attack and of the sources lie beside those of the others.
    private static var attackersGroups: Int { 2_000 }
    private static var sourcesGroups: Int { 1_000 }

    private let nodes: [EclipseNode]
    /// The first ones.
    private let live: Int
    private let groups: Int
    private var book: Book
    private var random: SeededRandom
    private var now = 100 * 86_400
    private var slots: [(node: Int, since: Int)?]
    private(set) var failedDials = 0

    init(nodes: (live: Int, dead: Int, attackers: Int), groups: Int, slots: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed &* 7_919)
        self.nodes =
            (0..<nodes.live).map { _ in
                EclipseNode(group: random.number(below: 180), isAttacker: false, isLive: true)
            }
            + (0..<nodes.dead).map { _ in
                EclipseNode(group: random.number(below: 400), isAttacker: false, isLive: false)
            }
            + (0..<nodes.attackers).map { _ in
                let group = Self.attackersGroups + random.number(below: groups)
                return EclipseNode(group: group, isAttacker: true, isLive: true)
            }
        live = nodes.live
        self.groups = groups
        book = Book(self.nodes, seed: random.next(), at: now)
        self.slots = Array(repeating: nil, count: slots)
        self.random = random
    }

    private var honest: Int { nodes.firstIndex { $0.isAttacker } ?? nodes.count }
    private var connections: Int { slots.reduce(0) { $0 + ($1 == nil ? 0 : 1) } }
    var attackersSlots: Int {
        slots.reduce(0) { $0 + ($1.map { nodes[$0.node].isAttacker } == true ? 1 : 0) }
    }
    var honestTried: Int {
        (0..<honest).reduce(0) { $0 + (book.isTried($1) ? 1 : 0) }
    }

    mutating func hearHonestSources() {
        for source in 0..<Self.sources {
            for _ in 0..<230 {
                let node = random.number(below: honest)
                let seen = now - random.number(below: 3 * 86_400)
                book.hear(node, from: Self.sourcesGroups + source, seen: seen, at: now)
            }
        }
    }

    mutating func live(for seconds: Int, underAttack: Bool = false) {
        let end = now + seconds
        while now < end {
            if underAttack { hearAttackers(perDay: (nodes.count - honest) * Self.toldEach) }
            // Ten an hour announce themselves.
            if random.number(below: 6) == 0 {
                book.hear(random.number(below: live), from: nil, seen: now, at: now)
            }
            endSome()
            for _ in 0..<5 { dialForAll() }
            if Book.hasFeelers, random.number(below: 2) == 0 { feel() }
            now += 60
        }
    }

    private mutating func hearAttackers(perDay: Int) {
        let each = Double(perDay) / 1_440
        let count = Int(each) + (random.unit() < each - each.rounded(.down) ? 1 : 0)
        for _ in 0..<count {
            let node = honest + random.number(below: nodes.count - honest)
            let group = Self.attackersGroups + random.number(below: groups)
            book.hear(node, from: group, seen: now - random.number(below: 600), at: now)
        }
    }

    /// Honest peers leave after six hours on average.
    private mutating func endSome() {
        for index in slots.indices {
            guard let slot = slots[index], !nodes[slot.node].isAttacker,
                random.unit() < 60 / (6 * 3_600)
            else { continue }
            book.ended(slot.node, at: now)
            slots[index] = nil
        }
    }

    private mutating func dialForAll() {
        for index in slots.indices where slots[index] == nil { dial(index) }
    }

    private mutating func dial(_ slot: Int) {
        for attempt in 0..<100 {
            guard let node = book.pick(at: now) else { return }
            let isTaken = slots.contains { $0.map { nodes[$0.node].group } == nodes[node].group }
            guard !isTaken else { continue }
            if attempt < 30, let age = book.sinceAttempt(node, at: now), age < 600 { continue }
            book.dialled(node, isLive: nodes[node].isLive, connections: connections, at: now)
            if nodes[node].isLive {
                slots[slot] = (node, now)
            } else {
                failedDials += 1
            }
            return
        }
    }

    private mutating func feel() {
        book.settle(connections: connections, at: now)
        guard let node = book.pickFeeler(at: now),
            !slots.contains(where: { $0?.node == node })
        else { return }
        if let age = book.sinceAttempt(node, at: now), age < 600 { return }
        book.dialled(node, isLive: nodes[node].isLive, connections: connections, at: now)
        if nodes[node].isLive { book.ended(node, at: now) }
    }

    /// Of 20,000 picks.
    mutating func attackersShare() -> Double {
        let picks = 20_000
        var hits = 0
        for _ in 0..<picks {
            if let node = book.pick(at: now), nodes[node].isAttacker { hits += 1 }
        }
        return Double(hits) / Double(picks)
    }

    /// An hour without the node; then five minutes in which it dials.
    mutating func restart() {
        let longest = slots.compactMap { $0 }.sorted { $0.since < $1.since }
        now += 3_600
        book.restart(at: now)
        slots = slots.map { _ in nil }
        if Book.hasAnchors {
            for (index, anchor) in longest.prefix(2).enumerated() { slots[index] = anchor }
        }
        for _ in 0..<60 {
            now += 5
            dialForAll()
        }
    }
}
