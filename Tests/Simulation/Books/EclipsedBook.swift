internal import Timing

/// A node of a network under attack, by its number.
struct EclipseNode: Sendable {
    /// Its /16, as a number.
    let group: Int
    let isAttacker: Bool
    /// Whether a dial leads to it.
    let isLive: Bool
}

/// An address book's rules, as far as an attacker meets them: the real book's, and models of two
/// others beside it. Nodes are numbers; times are seconds of the world.
protocol EclipsedBook {
    /// Whether addresses that were never good are dialled by the way, to see whether they are.
    static var hasFeelers: Bool { get }
    /// Whether the connections that have lasted longest are dialled first after a restart.
    static var hasAnchors: Bool { get }

    init(_ nodes: [EclipseNode], seed: UInt64, at now: Int)

    /// Somebody of a group tells of a node; nil: it speaks of itself.
    mutating func hear(_ node: Int, from group: Int?, seen: Int, at now: Int)
    mutating func pick(at now: Int) -> Int?
    mutating func pickFeeler(at now: Int) -> Int?
    /// How long ago it was dialled; nil if it never was.
    func sinceAttempt(_ node: Int, at now: Int) -> Int?
    /// `connections` are those that there are.
    mutating func dialled(_ node: Int, isLive: Bool, connections: Int, at now: Int)
    mutating func ended(_ node: Int, at now: Int)
    /// Addresses that were good and want a place that another one has.
    mutating func settle(connections: Int, at now: Int)
    mutating func restart(at now: Int)
    /// Those that are among what has been good.
    func isTried(_ node: Int) -> Bool
}

/// What the models know of a node.
struct ModelEntry: Sendable {
    var source = 0
    var seen = 0
    var attempted = 0
    var succeeded = 0
    var failures = 0
    /// When a failure was counted last.
    var failed = 0
    var isTried = false
    /// The new buckets that it is in.
    var buckets: [Int] = []

    var isKnown: Bool { isTried || !buckets.isEmpty }

    /// So many `failures` after a success, and a week without another, are enough.
    func isBad(at now: Int, failures most: Int) -> Bool {
        if attempted > 0, now - attempted <= 60 { return false }
        if seen > now + 600 || now - seen > 30 * 86_400 { return true }
        if succeeded == 0 { return failures >= 3 }
        return now - succeeded > 7 * 86_400 && failures >= most
    }
}

/// A hash under a key, for the models: nobody attacks it here.
struct ModelHash: Sendable {
    let key: UInt64

    func callAsFunction(_ a: Int, _ b: Int, _ c: Int) -> Int {
        var random = SeededRandom(seed: key ^ UInt64(truncatingIfNeeded: a))
        random = SeededRandom(seed: random.next() ^ UInt64(truncatingIfNeeded: b))
        random = SeededRandom(seed: random.next() ^ UInt64(truncatingIfNeeded: c))
        return Int(random.next() >> 2)
    }
}
