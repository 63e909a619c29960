internal import Timing

/// A model of dcrd's `addrmgr` (2026): 64 new buckets a source, 8 of tried addresses a group, lists
/// without fixed places, from which the oldest claim goes when they are full. No feelers.
struct DcrdBook: EclipsedBook {
    static let hasFeelers = false
    static let hasAnchors = false
    private static let triedBuckets = 64

    private let nodes: [EclipseNode]
    private let hash: ModelHash
    private var random: SeededRandom
    private var entries: [ModelEntry]
    private var new = [[Int]](repeating: [], count: 1_024)
    private var tried = [[Int]](repeating: [], count: triedBuckets)

    init(_ nodes: [EclipseNode], seed: UInt64, at now: Int) {
        self.nodes = nodes
        random = SeededRandom(seed: seed)
        hash = ModelHash(key: random.next())
        entries = [ModelEntry](repeating: ModelEntry(), count: nodes.count)
    }

    mutating func hear(_ node: Int, from group: Int?, seen: Int, at now: Int) {
        let source = group ?? nodes[node].group
        if entries[node].isKnown {
            entries[node].seen = max(entries[node].seen, seen)
            let places = entries[node].buckets.count
            guard !entries[node].isTried, places < 8, random.number(below: 2 * places) == 0 else {
                return
            }
        } else {
            entries[node] = ModelEntry(source: source, seen: seen)
        }
        let bucket = newBucket(node, source)
        guard !entries[node].buckets.contains(bucket) else { return }
        if new[bucket].count > 64 { makeRoom(in: bucket, at: now) }
        entries[node].buckets.append(bucket)
        new[bucket].append(node)
    }

    private func newBucket(_ node: Int, _ source: Int) -> Int {
        hash(2, source, hash(1, nodes[node].group, source) % 64) % 1_024
    }

    /// The bad ones go, and the one that was seen longest ago.
    private mutating func makeRoom(in bucket: Int, at now: Int) {
        for node in new[bucket] where entries[node].isBad(at: now, failures: 5) {
            drop(node, from: bucket)
        }
        if let oldest = new[bucket].min(by: { entries[$0].seen < entries[$1].seen }) {
            drop(oldest, from: bucket)
        }
    }

    private mutating func drop(_ node: Int, from bucket: Int) {
        new[bucket].removeAll { $0 == node }
        entries[node].buckets.removeAll { $0 == bucket }
    }

    mutating func pick(at now: Int) -> Int? {
        let news = new.indices.filter { !new[$0].isEmpty }
        let trieds = tried.indices.filter { !tried[$0].isEmpty }
        guard !news.isEmpty || !trieds.isEmpty else { return nil }
        let isTried = !trieds.isEmpty && (news.isEmpty || random.unit() < 0.5)
        var willingness = 1.0
        while true {
            let bucket =
                isTried
                ? tried[trieds[random.number(below: trieds.count)]]
                : new[news[random.number(below: news.count)]]
            let node = bucket[random.number(below: bucket.count)]
            if random.unit() < willingness * chance(node, at: now) { return node }
            willingness *= 1.2
        }
    }

    private func chance(_ node: Int, at now: Int) -> Double {
        let entry = entries[node]
        // What was never dialled is no more likely than what was just dialled.
        guard entry.attempted > 0, now - entry.attempted >= 600 else { return 0.01 }
        return max(0.01, (0..<entry.failures).reduce(1.0) { chance, _ in chance / 1.5 })
    }

    mutating func pickFeeler(at now: Int) -> Int? { nil }

    func sinceAttempt(_ node: Int, at now: Int) -> Int? {
        entries[node].attempted > 0 ? now - entries[node].attempted : nil
    }

    mutating func dialled(_ node: Int, isLive: Bool, connections: Int, at now: Int) {
        entries[node].attempted = now
        entries[node].failures += 1
        guard isLive else { return }
        entries[node].succeeded = now
        entries[node].failures = 0
        guard !entries[node].isTried, let first = entries[node].buckets.first else { return }
        for bucket in entries[node].buckets { drop(node, from: bucket) }
        let bucket = triedBucket(node)
        entries[node].isTried = true
        guard tried[bucket].count >= 256,
            let oldest = tried[bucket].min(by: { entries[$0].seen < entries[$1].seen })
        else { return tried[bucket].append(node) }
        tried[bucket].removeAll { $0 == oldest }
        tried[bucket].append(node)
        entries[oldest].isTried = false
        var back = newBucket(oldest, entries[oldest].source)
        if new[back].count >= 64 { back = first }
        entries[oldest].buckets = [back]
        new[back].append(oldest)
    }

    private func triedBucket(_ node: Int) -> Int {
        hash(4, nodes[node].group, hash(3, node, 0) % 8) % Self.triedBuckets
    }

    mutating func ended(_ node: Int, at now: Int) {
        entries[node].seen = now
    }

    mutating func settle(connections: Int, at now: Int) {}
    mutating func restart(at now: Int) {}

    func isTried(_ node: Int) -> Bool { entries[node].isTried }
}
