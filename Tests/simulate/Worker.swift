internal import Glibc
internal import Simulation

/// A child process that runs seeds one after the other and says of each what came of it.
///
///     begin 17
///     end 17 0123456789abcdef 3121
///     count 5 failed: refused
///     broken 18 seed 18, step 7, after 2.5 seconds: …
enum Worker {
    /// Ends after the first seed that breaks a promise.
    static func run(seeds: [UInt64], turmoil: Duration, of kind: WorldKind) {
        var counts: [String: Int] = [:]
        for seed in seeds {
            Output.write("begin \(seed)")
            Watchdog.start(turmoil: turmoil, of: kind)
            do throws(Violation) {
                let outcome = try kind.run(seed: seed, turmoil: turmoil)
                Output.write("end \(seed) \(Output.hex(outcome.digest)) \(outcome.steps)")
                counts.merge(outcome.counts, uniquingKeysWith: +)
            } catch {
                Output.write("broken \(seed) \(error)")
                return
            }
        }
        for (what, count) in counts { Output.write("count \(count) \(what)") }
    }
}

/// What a worker has said.
struct WorkerReport {
    struct Result: Equatable {
        let digest: String
        let steps: Int
    }

    private(set) var results: [UInt64: Result] = [:]
    private(set) var counts: [String: Int] = [:]
    /// A seed that was begun and not ended: if the process is gone, the core trapped in it.
    private(set) var current: UInt64?
    private(set) var broken: (seed: UInt64, what: String)?

    mutating func read(_ line: Substring) {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let number = UInt64(words[1]) else { return }
        let rest = words.count > 2 ? words[2] : ""
        switch words[0] {
        case "begin":
            current = number
        case "end":
            let parts = rest.split(separator: " ")
            guard parts.count == 2, let steps = Int(parts[1]) else { return }
            results[number] = Result(digest: String(parts[0]), steps: steps)
            current = nil
        case "broken":
            broken = (number, String(rest))
            current = nil
        case "count":
            counts[String(rest)] = Int(number)
        default:
            // Whatever else stands in the output of a child that traps.
            break
        }
    }
}
