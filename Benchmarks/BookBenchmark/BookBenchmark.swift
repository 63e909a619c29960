import AddressBook
import Addressing
import Glibc
import LinuxIO
import Timing

/// What the address book costs, without kernel, network or disk.
@main
struct BookBenchmark {
    static let rounds = 5
    /// What a book of the main network might have.
    static let usual = 20_000

    static func main() {
        // As the daemon does.
        HeapTuning.giveBackLargeBlocks()
        print("| the address book alone | measured | target | |")
        print("|---|--:|--:|---|")
        // First, while the heap is empty.
        measureMemory()
        let book = Filled(addresses: usual)
        printRow("a pick out of \(grouped(usual))", "ns", most: 300, picks(of: book))
        printRow("a claim taken in, of \(grouped(usual))", "ns", most: 600, claims())
        printRow("a success that makes an address tried", "ns", most: 2_000, successes(of: book))
        let full = Filled(addresses: BookBenchmark.fullest)
        printRow("a sample of \(grouped(full.book.count))", "µs", most: 5_000, samples(of: full))
        printRow("\(grouped(usual)) loaded", "µs", most: 50_000, loads(of: book))
        printRow("\(grouped(usual)) made ready to be stored", "µs", most: 50_000, stores(of: book))
    }

    /// As many as there are places for, or nearly.
    static let fullest = 81_000

    private static func measureMemory() {
        // What the program itself needs is there then.
        _ = Filled(addresses: 1_000)
        for (addresses, most) in [(usual, 2_800_000), (fullest, 10_000_000)] {
            let before = residentBytes()
            let filled = Filled(addresses: addresses)
            // The book must not end before it is measured.
            let bytes = withExtendedLifetime(filled) { residentBytes() - before }
            let count = filled.book.count
            let name = "bytes of a book of \(grouped(count)), in all"
            printRow(name, "bytes", most: Double(most), Double(bytes))
            // What there is of it whatever it holds: the places and three masks a bucket.
            let fixed = 81_920 * 4 + 1_280 * 3 * 8
            let each = Double(bytes - fixed) / Double(count)
            printRow("the same: each beside the fixed 350 KiB", "bytes", most: 120, each)
        }
    }

    private static func picks(of filled: Filled) -> Double {
        var random = SeededRandom(seed: 3)
        return cost(ofEach: 200_000) {
            guard filled.book.pick(.outbound, at: filled.now.instant, using: &random) != nil else {
                fatalError("the book is empty")
            }
        }
    }

    /// Of a book that is filled: half of them are news.
    private static func claims() -> Double {
        let costs = (0..<rounds).map { round in
            var filled = Filled(addresses: 0)
            let before = cpuTime()
            filled.tell(usual, seed: UInt64(round + 10))
            return Double(cpuTime() - before) / Double(filled.book.counts.told)
        }
        return median(costs)
    }

    private static func successes(of filled: Filled) -> Double {
        let costs = (0..<rounds).map { _ in
            var book = filled.book
            // The copy is made here, and not within what is measured.
            book.attempted(Filled.address(0), at: filled.now.instant)
            let wanted = filled.untried
            let before = cpuTime()
            for address in wanted {
                book.succeeded(address, at: filled.now.instant)
            }
            return Double(cpuTime() - before) / Double(wanted.count)
        }
        return median(costs)
    }

    private static func samples(of filled: Filled) -> Double {
        var random = SeededRandom(seed: 4)
        return cost(ofEach: 20) {
            let told = filled.book.sample(
                atMost: 1_000,
                leavingOut: { $0.port == 0 },
                at: filled.now.instant,
                using: &random
            )
            guard told.count == 1_000 else { fatalError("\(told.count) are told") }
        } / 1_000
    }

    private static func loads(of filled: Filled) -> Double {
        var book = filled.book
        book.keepChanged(0..<1_280)
        let stored = book.takeChanges(at: filled.now.instant)
        return cost(ofEach: 5) {
            let (loaded, damaged, _) = AddressBook.loading(stored, at: filled.now)
            guard loaded.count == book.count, damaged.isEmpty else { fatalError("it is damaged") }
        } / 1_000
    }

    private static func stores(of filled: Filled) -> Double {
        var book = filled.book
        return cost(ofEach: 5) {
            book.keepChanged(0..<1_280)
            guard book.takeChanges(at: filled.now.instant).buckets.count == 1_280 else {
                fatalError("buckets are missing")
            }
        } / 1_000
    }

    /// Nanoseconds, the median of the rounds.
    private static func cost(ofEach times: Int, _ work: () -> Void) -> Double {
        let costs = (0..<rounds).map { _ in
            let before = cpuTime()
            for _ in 0..<times { work() }
            return Double(cpuTime() - before) / Double(times)
        }
        return median(costs)
    }

    private static func printRow(_ name: String, _ unit: String, most: Double, _ value: Double) {
        let verdict = value <= most ? "ok" : "missed"
        let shown = grouped(Int(value.rounded()))
        print("| \(name) | \(shown) \(unit) | <= \(grouped(Int(most))) \(unit) | \(verdict) |")
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    /// Nanoseconds that this process has computed: other work of the machine doesn't count.
    private static func cpuTime() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// What the process holds of the machine's memory.
    private static func residentBytes() -> Int {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { unsafe fclose(file) }
        var text = [CChar](repeating: 0, count: 256)
        guard unsafe fgets(&text, CInt(text.count), file) != nil else { return 0 }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * Int(sysconf(CInt(_SC_PAGESIZE)))
    }

    /// With commas between thousands.
    static func grouped(_ number: Int) -> String {
        guard number >= 1_000 else { return "\(number)" }
        let rest = String(number % 1_000)
        let zeros = String(repeating: "0", count: 3 - rest.count)
        return "\(grouped(number / 1_000)),\(zeros)\(rest)"
    }
}
