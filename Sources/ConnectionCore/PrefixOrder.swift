internal import Addressing

/// Prefixes in the order in which people are shown them: the shortest first, those of one length by
/// their network. It doesn't depend on hashes, so that a run repeats.
///
/// An array of 24 bytes a prefix, in which a place is found by halving: of 20,000 a change moves at
/// most 480 KB, which takes 30 µs, and a page costs its rows only, whoever asks for how many.
struct PrefixOrder: Sendable {
    private(set) var prefixes: [Prefix] = []

    /// Traps if it is there already.
    mutating func insert(_ prefix: Prefix) {
        let index = firstIndex(notBefore: prefix)
        precondition(
            index == prefixes.count || prefixes[index] != prefix,
            "\(prefix) is listed already"
        )
        prefixes.insert(prefix, at: index)
    }

    /// Traps if it isn't there.
    mutating func remove(_ prefix: Prefix) {
        let index = firstIndex(notBefore: prefix)
        precondition(
            index < prefixes.count && prefixes[index] == prefix,
            "\(prefix) isn't listed"
        )
        prefixes.remove(at: index)
    }

    /// At once, since removing many one by one would move what is left as often.
    mutating func removeAll(where isUnwanted: (Prefix) -> Bool) {
        prefixes.removeAll(where: isUnwanted)
    }

    /// Those behind `previous`, which needn't be there; all with nil.
    func after(_ previous: Prefix?) -> ArraySlice<Prefix> {
        guard let previous else { return prefixes[...] }
        let index = firstIndex(notBefore: previous)
        let isThere = index < prefixes.count && prefixes[index] == previous
        return prefixes[(isThere ? index + 1 : index)...]
    }

    private func firstIndex(notBefore prefix: Prefix) -> Int {
        var (low, high) = (0, prefixes.count)
        while low < high {
            let middle = (low + high) / 2
            if prefixes[middle].precedes(prefix) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Prefix {
    /// The order that `PrefixOrder` is in.
    func precedes(_ other: Prefix) -> Bool {
        (length, network.high, network.low) < (other.length, other.network.high, other.network.low)
    }
}
