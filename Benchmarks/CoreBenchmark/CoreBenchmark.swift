import ConnectionCore
import Glibc
import Timing

/// What an event costs the core alone, without kernel, log or clock, however many connections there
/// are.
@main
struct CoreBenchmark {
    static let sizes = [100, 10_000, 1_000_000]
    static let rounds = 5
    /// Of each size, so that the three take about as long.
    static let changesPerRound = 200_000
    /// The cost at the largest size may be so many times that at the smallest.
    static let bound = 2.0

    static func main() {
        print("| core alone, ns per event at | 100 | 10,000 | 1,000,000 | ratio | target | |")
        print("|---|---|---|---|---|---|---|")
        printRow("a peer hangs up, and another comes") { PeerChanges(connections: $0) }
        printRow("a peer is refused at the limit") { Refusals(connections: $0) }
        printRow("an outbound peer is lost and replaced") { Replacements(connections: $0) }
    }

    private static func printRow<Subject: Measurable>(
        _ name: String,
        _ make: (_ connections: Int) -> Subject
    ) {
        let costs = sizes.map { size in
            var subject = make(size)
            return median((0..<rounds).map { _ in nanoseconds(of: &subject) })
        }
        let ratio = (costs.max() ?? 0) / (costs.min() ?? 1)
        let cells = costs.map { "\(Int($0.rounded()))" }.joined(separator: " | ")
        let verdict = ratio <= bound ? "ok" : "missed"
        print("| \(name) | \(cells) | \(twoDigits(ratio)) | <= \(Int(bound)) | \(verdict) |")
    }

    private static func nanoseconds<Subject: Measurable>(of subject: inout Subject) -> Double {
        let before = cpuTime()
        subject.change(times: changesPerRound)
        return Double(cpuTime() - before) / Double(changesPerRound * Subject.eventsPerChange)
    }

    /// Nanoseconds that this process has computed: other work of the machine doesn't count.
    private static func cpuTime() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    private static func twoDigits(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// Something that can be done to a core again and again, while its size stays the same.
protocol Measurable {
    static var eventsPerChange: Int { get }

    init(connections: Int)
    mutating func change(times: Int)
}
