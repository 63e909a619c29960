internal import Addressing

/// How many connections each host has: an open hash table of keys with their counts, in which a
/// host that has none is not kept.
///
/// It is asked and changed for each peer that comes or goes. A `Dictionary` costs five times as
/// much there, most of it for hashing, and its keys, values and marks are far from each other. At
/// most three quarters full, so 21 to 85 bytes a host.
struct HostCounts: Sendable {
    private struct Bucket: BitwiseCopyable {
        var key: UInt64
        /// 0 in a free bucket.
        var count: UInt32
    }

    private static let free = Bucket(key: 0, count: 0)
    private static let leastBuckets = 64

    private var buckets = [Bucket](repeating: free, count: leastBuckets)
    /// How many hosts have a connection.
    private(set) var hosts = 0
    private let hash: KeyedHash

    init(hash: KeyedHash) {
        self.hash = hash
    }

    subscript(host: HostKey) -> Int { Int(buckets[bucket(of: host.bits)].count) }

    mutating func add(_ host: HostKey) {
        var bucket = bucket(of: host.bits)
        if buckets[bucket].count == 0 {
            if (hosts + 1) * 4 > buckets.count * 3 {
                resize(to: buckets.count * 2)
                bucket = self.bucket(of: host.bits)
            }
            buckets[bucket].key = host.bits
            hosts += 1
        }
        buckets[bucket].count += 1
    }

    /// Traps if the host has no connection.
    mutating func subtract(_ host: HostKey) {
        let bucket = bucket(of: host.bits)
        buckets[bucket].count -= 1
        guard buckets[bucket].count == 0 else { return }
        closeGap(at: bucket)
        hosts -= 1
        if buckets.count > Self.leastBuckets, hosts * 16 < buckets.count {
            resize(to: buckets.count / 4)
        }
    }

    /// Where the key is, or where it would go.
    private func bucket(of key: UInt64) -> Int {
        var bucket = home(of: key)
        while buckets[bucket].count != 0, buckets[bucket].key != key { bucket = next(bucket) }
        return bucket
    }

    /// Moves later entries of the same run back, so that there are no tombstones.
    private mutating func closeGap(at start: Int) {
        var gap = start
        var bucket = next(gap)
        while buckets[bucket].count != 0 {
            let wanted = home(of: buckets[bucket].key)
            // An entry may move back only as far as its home.
            if distance(from: wanted, to: bucket) >= distance(from: gap, to: bucket) {
                buckets[gap] = buckets[bucket]
                gap = bucket
            }
            bucket = next(bucket)
        }
        buckets[gap] = Self.free
    }

    private mutating func resize(to size: Int) {
        let old = buckets
        buckets = [Bucket](repeating: Self.free, count: max(size, Self.leastBuckets))
        for entry in old where entry.count != 0 { buckets[bucket(of: entry.key)] = entry }
    }

    private func next(_ bucket: Int) -> Int { (bucket + 1) & (buckets.count - 1) }

    private func distance(from: Int, to: Int) -> Int { (to - from) & (buckets.count - 1) }

    private func home(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.fold(hash.start, key)) & (buckets.count - 1)
    }
}
