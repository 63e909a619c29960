internal import Addressing

/// Finds the slot that holds an address: an open hash table of slot numbers whose keys are the
/// table's own entries.
///
/// It is at most half full, so it costs 8 to 16 bytes an address, where a `Dictionary` with a copy
/// of the 36-byte key would take 72 to 140.
///
/// Among a million connections each entry that is looked at is a cache miss, and most of the cost.
/// So a bucket's 4 bytes hold, beside the 24 bits of the slot, a mark of the address: 6 bits of
/// where its home is, so that a gap is closed without a look at the entries behind it, and 2 bits
/// more of its hash, so that a lookup passes over three of four others that have the same home.
struct AddressIndex: Sendable {
    private static let empty = UInt32.max
    private static let leastBuckets = 64
    private static let slotBits: UInt32 = 24
    private static let homeBits: UInt64 = 6
    /// How far from its home an entry may lie, so that `homeBits` tell it. The table grows when one
    /// has no place nearer, which happens to a few of a million while it is half full.
    private static let reach = 1 << homeBits

    private var buckets = [UInt32](repeating: empty, count: leastBuckets)
    private var count = 0
    private let hash: KeyedHash

    init(hash: KeyedHash) {
        self.hash = hash
    }

    func slot(of address: PeerAddress, in slots: [Connection?]) -> UInt32? {
        let hash = hash(of: address)
        let mark = mark(of: hash)
        var bucket = home(of: hash)
        while buckets[bucket] != Self.empty {
            let (slot, other) = Self.split(buckets[bucket])
            if other == mark, slots[Int(slot)]?.remote == address { return slot }
            bucket = next(bucket)
        }
        return nil
    }

    /// Traps if the address is there already: one `host:port` can't have two connections.
    mutating func insert(_ slot: UInt32, holding address: PeerAddress, in slots: [Connection?]) {
        precondition(slot < Self.empty >> (32 - Self.slotBits), "slot \(slot) looks like none")
        if (count + 1) * 2 > buckets.count { resize(to: buckets.count * 2, slots) }
        let hash = hash(of: address)
        let mark = mark(of: hash)
        while true {
            var bucket = home(of: hash)
            while buckets[bucket] != Self.empty {
                let (slot, other) = Self.split(buckets[bucket])
                precondition(
                    other != mark || slots[Int(slot)]?.remote != address,
                    "\(address) is indexed already"
                )
                bucket = next(bucket)
            }
            if distance(from: home(of: hash), to: bucket) < Self.reach {
                buckets[bucket] = Self.join(slot, mark)
                count += 1
                return
            }
            resize(to: buckets.count * 2, slots)
        }
    }

    /// To be called while `slots` still holds the address.
    mutating func remove(_ slot: UInt32, holding address: PeerAddress, in slots: [Connection?]) {
        let hash = hash(of: address)
        let wanted = Self.join(slot, mark(of: hash))
        var gap = home(of: hash)
        while buckets[gap] != wanted {
            precondition(buckets[gap] != Self.empty, "\(address) is not indexed")
            gap = next(gap)
        }
        closeGap(at: gap)
        count -= 1
        if buckets.count > Self.leastBuckets, count * 16 < buckets.count {
            resize(to: buckets.count / 4, slots)
        }
    }

    /// Moves later entries of the same run back into the gap, so that there are no tombstones and a
    /// lookup never gets slower with age.
    private mutating func closeGap(at start: Int) {
        var gap = start
        var bucket = next(gap)
        while buckets[bucket] != Self.empty {
            let fromHome = (bucket - Int(Self.split(buckets[bucket]).mark)) & (Self.reach - 1)
            // An entry may move back only as far as its home.
            if fromHome >= distance(from: gap, to: bucket) {
                buckets[gap] = buckets[bucket]
                gap = bucket
            }
            bucket = next(bucket)
        }
        buckets[gap] = Self.empty
    }

    private mutating func resize(to size: Int, _ slots: [Connection?]) {
        let old = buckets
        var size = max(size, Self.leastBuckets)
        while !fill(size, with: old, slots) { size *= 2 }
    }

    /// Makes a table of `size` buckets; false if an entry has no place near enough to its home.
    private mutating func fill(_ size: Int, with old: [UInt32], _ slots: [Connection?]) -> Bool {
        buckets = [UInt32](repeating: Self.empty, count: size)
        for entry in old where entry != Self.empty {
            let slot = Self.split(entry).slot
            guard let address = slots[Int(slot)]?.remote else {
                preconditionFailure("slot \(slot) is indexed and holds no address")
            }
            let hash = hash(of: address)
            var bucket = home(of: hash)
            while buckets[bucket] != Self.empty { bucket = next(bucket) }
            guard distance(from: home(of: hash), to: bucket) < Self.reach else { return false }
            buckets[bucket] = Self.join(slot, mark(of: hash))
        }
        return true
    }

    private func next(_ bucket: Int) -> Int { (bucket + 1) & (buckets.count - 1) }

    private func distance(from: Int, to: Int) -> Int { (to - from) & (buckets.count - 1) }

    private func home(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (buckets.count - 1)
    }

    /// The low bits are those of the home, and so are right for a table of any size.
    private func mark(of hash: UInt64) -> UInt32 {
        let home = hash & (1 << Self.homeBits - 1)
        return UInt32(home | (hash >> 62) << Self.homeBits)
    }

    private static func split(_ bucket: UInt32) -> (slot: UInt32, mark: UInt32) {
        (bucket & (1 << slotBits - 1), bucket >> slotBits)
    }

    private static func join(_ slot: UInt32, _ mark: UInt32) -> UInt32 { mark << slotBits | slot }

    private func hash(of address: PeerAddress) -> UInt64 {
        let state =
            switch address.host {
            case .ip(let ip): hash.fold(hash.fold(hash.start, ip.high), ip.low)
            case .onion(let onion):
                hash.fold(
                    hash.fold(hash.fold(hash.fold(~hash.start, onion.a), onion.b), onion.c),
                    onion.d
                )
            }
        return hash.fold(state, UInt64(address.port))
    }
}
