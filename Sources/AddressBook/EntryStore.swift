internal import Addressing

/// The entries, numbered from 0 without gaps, and where each address is among them.
///
/// They lie in pieces, so that growing neither copies megabytes nor leaves room for half as many
/// again unused: 80 bytes each and at most 40 KiB beside them. The index, an open hash table of
/// entries' numbers, is at most three quarters full: 5 to 11 bytes an address.
struct EntryStore: Sendable {
    private static let pieceSize = 512
    private static let leastSlots = 1_024
    /// 81,920 entries need 17 bits; 0 is a free slot, so their numbers are 1 more there. The other
    /// 15 bits of a slot are a mark of the address, so that hardly ever another entry is looked at,
    /// which would be a cache miss.
    private static let numberBits: UInt32 = 17

    private var pieces: [[BookEntry]] = []
    private(set) var count = 0
    private var slots = [UInt32](repeating: 0, count: leastSlots)
    private let hash: BookHash

    init(hash: BookHash) {
        self.hash = hash
    }

    subscript(number: Int) -> BookEntry {
        @inline(__always) get { pieces[number / Self.pieceSize][number % Self.pieceSize] }
        @inline(__always) set {
            pieces[number / Self.pieceSize][number % Self.pieceSize] = newValue
        }
    }

    func find(_ address: PeerAddress) -> Int? {
        let hash = hash.index(of: address)
        let mark = Self.mark(of: hash)
        var slot = home(of: hash)
        while slots[slot] != 0 {
            let number = Self.number(in: slots[slot])
            if slots[slot] >> Self.numberBits == mark, self[number].address == address {
                return number
            }
            slot = next(slot)
        }
        return nil
    }

    /// Returns its number. Traps if its address is there already.
    mutating func append(_ entry: BookEntry) -> Int {
        precondition(find(entry.address) == nil, "\(entry.address) is there already")
        precondition(count < BookTables.places, "there are more entries than places")
        if count % Self.pieceSize == 0 {
            pieces.append([])
            pieces[count / Self.pieceSize].reserveCapacity(Self.pieceSize)
        }
        pieces[count / Self.pieceSize].append(entry)
        count += 1
        if count * 4 > slots.count * 3 {
            grow()
        } else {
            index(count - 1)
        }
        return count - 1
    }

    /// Removes an entry, and gives its number to the last one.
    mutating func remove(_ number: Int) {
        let last = count - 1
        unindex(number)
        if number != last {
            let moved = self[last]
            let slot = slot(of: last)
            self[number] = moved
            let mark = slots[slot] >> Self.numberBits
            slots[slot] = mark << Self.numberBits | UInt32(number + 1)
        }
        pieces[last / Self.pieceSize].removeLast()
        if last % Self.pieceSize == 0 { pieces.removeLast() }
        count = last
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in 0..<count { index(number) }
    }

    private mutating func index(_ number: Int) {
        let hash = hash.index(of: self[number].address)
        var slot = home(of: hash)
        while slots[slot] != 0 { slot = next(slot) }
        slots[slot] = Self.mark(of: hash) << Self.numberBits | UInt32(number + 1)
    }

    /// Takes it out of the index, and moves others of the same run back, so that there are no gaps
    /// in any.
    private mutating func unindex(_ number: Int) {
        var gap = slot(of: number)
        var slot = next(gap)
        while slots[slot] != 0 {
            let other = Self.number(in: slots[slot])
            let wanted = home(of: hash.index(of: self[other].address))
            // It may move back only as far as its home.
            if distance(from: wanted, to: slot) >= distance(from: gap, to: slot) {
                slots[gap] = slots[slot]
                gap = slot
            }
            slot = next(slot)
        }
        slots[gap] = 0
    }

    /// Traps if the index doesn't know it.
    private func slot(of number: Int) -> Int {
        var slot = home(of: hash.index(of: self[number].address))
        while Self.number(in: slots[slot]) != number {
            precondition(slots[slot] != 0, "entry \(number) isn't in the index")
            slot = next(slot)
        }
        return slot
    }

    private func home(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (slots.count - 1)
    }

    private func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

    private func distance(from: Int, to: Int) -> Int { (to - from) & (slots.count - 1) }

    /// -1 of a free slot.
    private static func number(in slot: UInt32) -> Int {
        Int(slot & (1 << numberBits - 1)) - 1
    }

    private static func mark(of hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash >> 49)
    }

    /// How many slots of the index are taken.
    var indexed: Int { slots.reduce(0) { $0 + ($1 == 0 ? 0 : 1) } }
}
