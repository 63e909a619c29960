import AddressBook
import Addressing
import Timing

/// How probable each address is to be picked, computed from the rules as they are described: the
/// table, then a bucket of it, then one of its addresses; accepted by its failures and by when it
/// was tried last, ever more willingly.
struct Odds {
    /// They add up to 1.
    private(set) var probabilities: [PeerAddress: Double] = [:]

    init(of book: TestBook, _ addresses: [PeerAddress], _ purpose: AddressBook.Purpose) {
        var family: AddressFamily?
        if case .family(let wanted) = purpose { family = wanted }
        let layout = Layout(of: book)
        let wanted = { (bucket: [PeerAddress]) in
            bucket.filter { family == nil || AddressFamily($0.host) == family }
        }
        let new = layout.new.map(wanted).filter { !$0.isEmpty }
        let tried = purpose == .feeler ? [] : layout.tried.map(wanted).filter { !$0.isEmpty }
        let isRich =
            layout.tried.reduce(0) { $0 + $1.count } >= 32
            && layout.tried.filter { !$0.isEmpty }.count >= 8
        let preference = isRich ? 0.75 : 0.5
        let share = tried.isEmpty ? 0 : new.isEmpty ? 1 : preference
        add(tried, share, book)
        add(new, 1 - share, book)
    }

    private mutating func add(_ buckets: [[PeerAddress]], _ share: Double, _ book: TestBook) {
        guard share > 0 else { return }
        var drawn: [PeerAddress: Double] = [:]
        for bucket in buckets {
            for address in bucket {
                drawn[address, default: 0] += 1 / Double(buckets.count * bucket.count)
            }
        }
        let chances = drawn.keys.reduce(into: [:]) { $0[$1] = Self.chance($1, book) }
        // That nobody was accepted before.
        var left = share
        for round in 0...50 {
            let factor = (0..<round).reduce(1.0) { product, _ in product * 1.2 }
            var accepted = 0.0
            for (address, probability) in drawn {
                let willing = round == 50 ? 1 : min(1, factor * chances[address, default: 0])
                probabilities[address, default: 0] += left * probability * willing
                accepted += probability * willing
            }
            left *= 1 - accepted
        }
    }

    private static func chance(_ address: PeerAddress, _ book: TestBook) -> Double {
        guard let known = book.known(address) else { return 0 }
        let failed = (0..<min(known.failures, 8)).reduce(1.0) { product, _ in product * 0.66 }
        let isRecent = known.sinceAttempt.map { $0 < .seconds(600) } ?? false
        return isRecent ? failed * 0.01 : failed
    }
}

/// Which addresses are in which bucket, read from what is stored.
struct Layout {
    private(set) var new = [[PeerAddress]](repeating: [], count: 1_024)
    private(set) var tried = [[PeerAddress]](repeating: [], count: 256)

    init(of book: TestBook) {
        var copy = book.book
        copy.keepChanged(0..<1_280)
        for bucket in copy.takeChanges(at: book.instant).buckets {
            for entry in Self.entries(bucket.entries) {
                if bucket.number < 1_024 {
                    for number in [bucket.number] + entry.further {
                        new[number].append(entry.address)
                    }
                } else {
                    tried[bucket.number - 1_024].append(entry.address)
                }
            }
        }
    }

    /// Reads what is stored a second time.
    static func entries(_ bytes: [UInt8]) -> [(address: PeerAddress, further: [Int])] {
        var rest = bytes[...]
        func take(_ count: Int) -> [UInt8] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        func number(_ bytes: some Collection<UInt8>) -> UInt64 {
            bytes.reduce(0) { $0 << 8 | UInt64($1) }
        }
        var entries: [(address: PeerAddress, further: [Int])] = []
        while !rest.isEmpty {
            let host: PeerAddress.Host
            switch take(1)[0] {
            case 4: host = .ip(IPAddress(v4: UInt32(number(take(4)))))
            case 6: host = .ip(IPAddress(high: number(take(8)), low: number(take(8))))
            default:
                host = .onion(
                    OnionKey(
                        a: number(take(8)),
                        b: number(take(8)),
                        c: number(take(8)),
                        d: number(take(8))
                    )
                )
            }
            let port = UInt16(number(take(2)))
            // Source, services, four times, failures.
            _ = take(8 + 8 + 16 + 1)
            let count = Int(take(1)[0])
            let further = (0..<count).map { _ in Int(number(take(2).reversed())) }
            entries.append((PeerAddress(host: host, port: port), further))
        }
        return entries
    }
}
