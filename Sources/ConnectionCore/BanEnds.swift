internal import Addressing
import Facts
internal import Timing

/// When bans end, the next ones first: by the machine's clock those of this process, by the
/// calendar those of an earlier one. Bans without end aren't among them.
///
/// So what has ended is found, and counted, without a look at what hasn't.
struct BanEnds: Equatable, Sendable {
    private struct End<Time: Comparable & Sendable>: Comparable, Sendable {
        let at: Time
        let prefix: Prefix

        /// A total order, so that of two that end together the same one goes in every run.
        static func < (left: End, right: End) -> Bool {
            left.at == right.at ? left.prefix < right.prefix : left.at < right.at
        }
    }

    private var byMachine = SortedArray<End<Instant>>()
    private var byCalendar = SortedArray<End<WallTime>>()

    init() {}

    init(_ bans: some Collection<Ban>) {
        byMachine = SortedArray(
            bans.compactMap { ban in ban.ends.map { End(at: $0, prefix: ban.prefix) } }
        )
        byCalendar = SortedArray(
            bans.filter { $0.ends == nil }
                .compactMap { ban in ban.until.map { End(at: $0, prefix: ban.prefix) } }
        )
    }

    mutating func insert(_ ban: Ban) {
        if let ends = ban.ends {
            byMachine.insert(End(at: ends, prefix: ban.prefix))
        } else if let until = ban.until {
            byCalendar.insert(End(at: until, prefix: ban.prefix))
        }
    }

    mutating func remove(_ ban: Ban) {
        if let ends = ban.ends {
            byMachine.remove(End(at: ends, prefix: ban.prefix))
        } else if let until = ban.until {
            byCalendar.remove(End(at: until, prefix: ban.prefix))
        }
    }

    /// Whether a ban is in force that ends by the machine's clock.
    func hasTimed(at now: Moment) -> Bool {
        byMachine.last.map { now.instant < $0.at } ?? false
    }

    /// How many have ended.
    func endedCount(at now: Moment) -> Int {
        byMachine.firstIndex { now.instant < $0.at } + byCalendar.firstIndex { now.wall < $0.at }
    }

    /// Takes out those that have ended.
    mutating func removeEnded(at now: Moment) -> [Prefix] {
        let (timed, stored) = (
            byMachine.firstIndex { now.instant < $0.at },
            byCalendar.firstIndex { now.wall < $0.at }
        )
        guard timed + stored > 0 else { return [] }
        defer {
            byMachine.removeFirst(timed)
            byCalendar.removeFirst(stored)
        }
        return byMachine.elements.prefix(timed).map(\.prefix)
            + byCalendar.elements.prefix(stored).map(\.prefix)
    }
}
