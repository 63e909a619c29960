internal import Addressing

/// A place in one of the tables: 64 to a bucket, the new buckets before the tried ones.
struct Place: Hashable, BitwiseCopyable, Sendable {
    let number: Int

    init(number: Int) {
        self.number = number
    }

    init(bucket: Int, position: Int) {
        number = bucket * BookTables.bucketSize + position
    }

    var bucket: Int { number / BookTables.bucketSize }
    var position: Int { number % BookTables.bucketSize }
    var isTried: Bool { number >= BookTables.newPlaces }
}

/// Which entry is in which place, and which places of each bucket hold addresses of each family:
/// 350 KiB, however many there are.
struct BookTables: Sendable {
    enum Table: Sendable {
        /// What others have told of.
        case new
        /// What has been good.
        case tried
    }

    static let newBuckets = 1_024
    static let triedBuckets = 256
    static let buckets = newBuckets + triedBuckets
    static let bucketSize = 64
    static let newPlaces = newBuckets * bucketSize
    /// An entry has a place, so there are no more entries than this.
    static let places = buckets * bucketSize

    private static let none = UInt32.max
    private static let families = 3

    private var entries = [UInt32](repeating: none, count: places)
    /// The places of each bucket that are taken, a word for each family.
    private var masks = [UInt64](repeating: 0, count: buckets * families)
    /// The buckets that have any of each family, a bit each: of 64 buckets a word for each family.
    private var occupied = [UInt64](repeating: 0, count: BucketSet.words * families)
    /// How many buckets of each table have addresses of each combination of families, by both
    /// their numbers: counting them at each pick would cost a quarter of it.
    private var bucketCounts = [Int](repeating: 0, count: 2 << families)
    /// Those that aren't stored as they are.
    private(set) var dirty = BucketSet()

    func entry(in place: Place) -> Int? {
        let entry = entries[place.number]
        return entry == Self.none ? nil : Int(entry)
    }

    /// Traps if the place is taken.
    mutating func put(_ entry: Int, in place: Place, family: AddressFamily) {
        precondition(entries[place.number] == Self.none, "\(place) is taken")
        entries[place.number] = UInt32(entry)
        let mask = mask(place.bucket, family)
        if masks[mask] == 0 { noteFirst(of: place.bucket, family, isThere: true) }
        masks[mask] |= 1 << UInt64(place.position)
    }

    /// Traps if it is free.
    mutating func clear(_ place: Place, family: AddressFamily) {
        precondition(entries[place.number] != Self.none, "\(place) is free")
        entries[place.number] = Self.none
        let mask = mask(place.bucket, family)
        masks[mask] &= ~(1 << UInt64(place.position))
        if masks[mask] == 0 { noteFirst(of: place.bucket, family, isThere: false) }
    }

    /// A bucket has its first address of a family, or has lost its last one; its masks say neither.
    private mutating func noteFirst(of bucket: Int, _ family: AddressFamily, isThere: Bool) {
        let bit: UInt64 = 1 << UInt64(bucket % 64)
        let word = bucket / 64 * Self.families + Int(family.rawValue)
        if isThere { occupied[word] |= bit } else { occupied[word] &= ~bit }
        for number in 0..<(UInt8(1) << UInt8(Self.families)) {
            let families = AddressFamilies(rawValue: number)
            guard families.contains(AddressFamilies(family)), mask(of: bucket, families) == 0 else {
                continue
            }
            bucketCounts[Self.count(of: bucket < Self.newBuckets ? .new : .tried, families)] +=
                isThere ? 1 : -1
        }
    }

    private static func count(of table: Table, _ families: AddressFamilies) -> Int {
        switch table {
        case .new: Int(families.rawValue)
        case .tried: Int(families.rawValue) + 1 << Self.families
        }
    }

    /// The entry in a place has another number.
    mutating func renumber(_ place: Place, to entry: Int) {
        precondition(entries[place.number] != Self.none, "\(place) is free")
        entries[place.number] = UInt32(entry)
    }

    mutating func markDirty(_ bucket: Int) {
        dirty.insert(bucket)
    }

    mutating func takeDirty() -> BucketSet {
        defer { dirty = BucketSet() }
        return dirty
    }

    /// The places of a bucket that hold addresses of these families.
    func mask(of bucket: Int, _ families: AddressFamilies) -> UInt64 {
        Self.union(masks, at: bucket, families)
    }

    /// How many buckets of a table have addresses of these families.
    func count(in table: Table, _ families: AddressFamilies) -> Int {
        bucketCounts[Self.count(of: table, families)]
    }

    /// The bucket of a table with addresses of these families that has so many of them before it.
    /// Traps if there is none.
    func bucket(_ index: Int, in table: Table, _ families: AddressFamilies) -> Int {
        var left = index
        for word in Self.words(of: table) {
            let buckets = Self.union(occupied, at: word, families)
            let count = buckets.nonzeroBitCount
            if left < count { return word * 64 + buckets.bit(left) }
            left -= count
        }
        preconditionFailure("there aren't \(index + 1) such buckets")
    }

    private static func words(of table: Table) -> Range<Int> {
        switch table {
        case .new: 0..<(newBuckets / 64)
        case .tried: (newBuckets / 64)..<(buckets / 64)
        }
    }

    /// What is in the words of any of these families.
    @inline(__always)
    private static func union(
        _ words: [UInt64],
        at index: Int,
        _ families: AddressFamilies
    ) -> UInt64 {
        var union: UInt64 = 0
        for family in 0..<Self.families where families.rawValue >> UInt8(family) & 1 != 0 {
            union |= words[index * Self.families + family]
        }
        return union
    }

    private func mask(_ bucket: Int, _ family: AddressFamily) -> Int {
        bucket * Self.families + Int(family.rawValue)
    }
}

extension BookTables {
    /// Whether both hold the same in the same places, whatever isn't stored.
    func agree(with other: BookTables) -> Bool {
        entries == other.entries && masks == other.masks && occupied == other.occupied
            && bucketCounts == other.bucketCounts
    }
}
