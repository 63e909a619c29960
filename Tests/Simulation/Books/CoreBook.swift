internal import Timing

/// A model of Bitcoin Core's `addrman` (2026): 64 new buckets a source, 8 tried ones a group,
/// places decided by a key. Who holds a tried place is tested, and loses it after 40 minutes
/// without a test.
struct CoreBook: EclipsedBook {
    static let hasFeelers = true
    static let hasAnchors = false
    private static let triedBuckets = 256

    private let nodes: [EclipseNode]
    private let hash: ModelHash
    private var random: SeededRandom
    private var entries: [ModelEntry]
    /// By place, 64 a bucket.
    private var new = [Int?](repeating: nil, count: 1_024 * 64)
    private var tried = [Int?](repeating: nil, count: triedBuckets * 64)
    private var newCounts = [Int](repeating: 0, count: 1_024)
    private var triedCounts = [Int](repeating: 0, count: triedBuckets)
    private var collisions: [Int] = []
    private var lastSuccess = 1

    init(_ nodes: [EclipseNode], seed: UInt64, at now: Int) {
        self.nodes = nodes
        random = SeededRandom(seed: seed)
        hash = ModelHash(key: random.next())
        entries = [ModelEntry](repeating: ModelEntry(), count: nodes.count)
    }

    mutating func hear(_ node: Int, from group: Int?, seen: Int, at now: Int) {
        let source = group ?? nodes[node].group
        let loss = group == nil ? 0 : 7_200
        if entries[node].isKnown {
            let interval = now - seen < 86_400 ? 3_600 : 86_400
            if entries[node].seen < seen - interval - loss { entries[node].seen = seen - loss }
            let places = entries[node].buckets.count
            guard seen > entries[node].seen, !entries[node].isTried, places < 8,
                random.number(below: 1 << places) == 0
            else { return }
        } else {
            entries[node] = ModelEntry(source: source, seen: seen - loss)
        }
        let bucket = newBucket(node, source)
        let place = newPlace(node, bucket)
        guard new[place] != node else { return }
        if let holder = new[place] {
            let isCrowded = entries[holder].buckets.count > 1 && entries[node].buckets.isEmpty
            guard isCrowded || entries[holder].isBad(at: now, failures: 10) else { return }
            dropNew(holder, bucket)
        }
        putNew(node, bucket)
    }

    private mutating func putNew(_ node: Int, _ bucket: Int) {
        new[newPlace(node, bucket)] = node
        newCounts[bucket] += 1
        entries[node].buckets.append(bucket)
    }

    private mutating func dropNew(_ node: Int, _ bucket: Int) {
        new[newPlace(node, bucket)] = nil
        newCounts[bucket] -= 1
        entries[node].buckets.removeAll { $0 == bucket }
    }

    private func newBucket(_ node: Int, _ source: Int) -> Int {
        hash(2, source, hash(1, nodes[node].group, source) % 64) % 1_024
    }

    private func newPlace(_ node: Int, _ bucket: Int) -> Int {
        bucket * 64 + hash(5, bucket, node) % 64
    }

    private func triedPlace(_ node: Int) -> Int {
        let bucket = hash(4, nodes[node].group, hash(3, node, 0) % 8) % Self.triedBuckets
        return bucket * 64 + hash(6, bucket, node) % 64
    }

    mutating func pick(at now: Int) -> Int? { pick(onlyNew: false, at: now) }

    mutating func pickFeeler(at now: Int) -> Int? {
        guard !collisions.isEmpty else { return pick(onlyNew: true, at: now) }
        return tried[triedPlace(collisions[random.number(below: collisions.count)])]
    }

    private mutating func pick(onlyNew: Bool, at now: Int) -> Int? {
        let news = newCounts.indices.filter { newCounts[$0] > 0 }
        let trieds = onlyNew ? [] : triedCounts.indices.filter { triedCounts[$0] > 0 }
        guard !news.isEmpty || !trieds.isEmpty else { return nil }
        let isTried = !trieds.isEmpty && (news.isEmpty || random.unit() < 0.5)
        var willingness = 1.0
        while true {
            let bucket =
                isTried
                ? trieds[random.number(below: trieds.count)]
                : news[random.number(below: news.count)]
            // From a random place on, the first that is taken.
            var position = random.number(below: 64)
            var found = isTried ? tried[bucket * 64 + position] : new[bucket * 64 + position]
            while found == nil {
                position = (position + 1) % 64
                found = isTried ? tried[bucket * 64 + position] : new[bucket * 64 + position]
            }
            if let found, random.unit() < willingness * chance(found, at: now) { return found }
            willingness *= 1.2
        }
    }

    private func chance(_ node: Int, at now: Int) -> Double {
        let entry = entries[node]
        let recent = entry.attempted > 0 && now - entry.attempted < 600 ? 0.01 : 1
        return (0..<min(entry.failures, 8)).reduce(recent) { chance, _ in chance * 0.66 }
    }

    func sinceAttempt(_ node: Int, at now: Int) -> Int? {
        entries[node].attempted > 0 ? now - entries[node].attempted : nil
    }

    mutating func dialled(_ node: Int, isLive: Bool, connections: Int, at now: Int) {
        entries[node].attempted = now
        guard isLive else {
            guard connections >= 2, entries[node].failed < lastSuccess else { return }
            entries[node].failed = now
            entries[node].failures += 1
            return
        }
        entries[node].succeeded = now
        entries[node].failures = 0
        lastSuccess = now
        guard !entries[node].isTried, !entries[node].buckets.isEmpty else { return }
        guard tried[triedPlace(node)] != nil else { return makeTried(node) }
        if !collisions.contains(node), collisions.count < 10 { collisions.append(node) }
    }

    private mutating func makeTried(_ node: Int) {
        for bucket in entries[node].buckets { dropNew(node, bucket) }
        let place = triedPlace(node)
        if let holder = tried[place] {
            entries[holder].isTried = false
            triedCounts[place / 64] -= 1
            let bucket = newBucket(holder, entries[holder].source)
            if let other = new[newPlace(holder, bucket)] { dropNew(other, bucket) }
            putNew(holder, bucket)
        }
        tried[place] = node
        triedCounts[place / 64] += 1
        entries[node].isTried = true
    }

    mutating func settle(connections: Int, at now: Int) {
        let waiting = collisions
        collisions = waiting.filter { node in
            guard !entries[node].buckets.isEmpty, !entries[node].isTried else { return false }
            guard let holder = tried[triedPlace(node)] else {
                makeTried(node)
                return false
            }
            if now - entries[holder].succeeded < 4 * 3_600 { return false }
            let wasTested = now - entries[holder].attempted < 4 * 3_600
            guard wasTested || now - entries[node].succeeded > 2_400 else { return true }
            makeTried(node)
            return false
        }
    }

    mutating func ended(_ node: Int, at now: Int) {
        entries[node].seen = now
    }

    mutating func restart(at now: Int) {}

    func isTried(_ node: Int) -> Bool { entries[node].isTried }
}
