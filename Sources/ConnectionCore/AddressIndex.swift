internal import Addressing

/// Finds the slot that holds an address: an open hash table of 4-byte slot numbers whose keys are the
/// table's own entries.
///
/// It is at most half full, so it costs 8 to 16 bytes an address, where a `Dictionary` with a copy of
/// the 36-byte key would take 72 to 140. The hash is keyed, so that peers can't aim for one bucket,
/// and it is our own, so that a run repeats in another process.
struct AddressIndex: Sendable {
    private static let empty = UInt32.max
    private static let leastBuckets = 64

    private var buckets = [UInt32](repeating: empty, count: leastBuckets)
    private var count = 0
    private let key: UInt64

    init(key: UInt64) {
        self.key = key
    }

    func slot(of address: PeerAddress, in slots: [Connection?]) -> UInt32? {
        var bucket = home(of: address)
        while buckets[bucket] != Self.empty {
            if slots[Int(buckets[bucket])]?.remote == address { return buckets[bucket] }
            bucket = next(bucket)
        }
        return nil
    }

    /// Traps if the address is there already: one `host:port` can't have two connections.
    mutating func insert(_ slot: UInt32, holding address: PeerAddress, in slots: [Connection?]) {
        if (count + 1) * 2 > buckets.count { resize(to: buckets.count * 2, slots) }
        var bucket = home(of: address)
        while buckets[bucket] != Self.empty {
            precondition(
                slots[Int(buckets[bucket])]?.remote != address,
                "\(address) is indexed already"
            )
            bucket = next(bucket)
        }
        buckets[bucket] = slot
        count += 1
    }

    /// To be called while `slots` still holds the address.
    mutating func remove(_ slot: UInt32, holding address: PeerAddress, in slots: [Connection?]) {
        var gap = home(of: address)
        while buckets[gap] != slot {
            precondition(buckets[gap] != Self.empty, "\(address) is not indexed")
            gap = next(gap)
        }
        close(gap, slots)
        count -= 1
        if buckets.count > Self.leastBuckets, count * 16 < buckets.count {
            resize(to: buckets.count / 4, slots)
        }
    }

    /// Moves later entries of the same run back into the gap, so that there are no tombstones and a
    /// lookup never gets slower with age.
    private mutating func close(_ start: Int, _ slots: [Connection?]) {
        var gap = start
        var bucket = next(gap)
        while buckets[bucket] != Self.empty {
            let wanted = home(of: address(in: buckets[bucket], slots))
            // An entry may move back only as far as its home.
            if distance(from: wanted, to: bucket) >= distance(from: gap, to: bucket) {
                buckets[gap] = buckets[bucket]
                gap = bucket
            }
            bucket = next(bucket)
        }
        buckets[gap] = Self.empty
    }

    private mutating func resize(to size: Int, _ slots: [Connection?]) {
        let old = buckets
        buckets = [UInt32](repeating: Self.empty, count: max(size, Self.leastBuckets))
        for slot in old where slot != Self.empty {
            place(slot, at: home(of: address(in: slot, slots)))
        }
    }

    private mutating func place(_ slot: UInt32, at home: Int) {
        var bucket = home
        while buckets[bucket] != Self.empty { bucket = next(bucket) }
        buckets[bucket] = slot
    }

    private func address(in slot: UInt32, _ slots: [Connection?]) -> PeerAddress {
        guard let address = slots[Int(slot)]?.remote else {
            preconditionFailure("slot \(slot) is indexed and holds no address")
        }
        return address
    }

    private func next(_ bucket: Int) -> Int { (bucket + 1) & (buckets.count - 1) }

    private func distance(from: Int, to: Int) -> Int { (to - from) & (buckets.count - 1) }

    private func home(of address: PeerAddress) -> Int {
        let hash =
            switch address.host {
            case .ip(let ip): fold(fold(key, ip.high), ip.low)
            case .onion(let onion):
                fold(fold(fold(fold(~key, onion.a), onion.b), onion.c), onion.d)
            }
        return Int(truncatingIfNeeded: fold(hash, UInt64(address.port))) & (buckets.count - 1)
    }

    /// Multiplies to 128 bits and folds the halves: each bit of either word reaches all of the result.
    private func fold(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let (high, low) = (state ^ word ^ 0x9e37_79b9_7f4a_7c15)
            .multipliedFullWidth(by: key | 0x2545_f491_4f6c_dd1d)
        return high ^ low &+ word
    }
}
