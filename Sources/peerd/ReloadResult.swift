import Control
import Timing

/// What came of the last reload, for whoever asks later.
struct ReloadResult: Equatable, Sendable {
    let endedAt: Instant
    /// What was wrong; empty if the new configuration is in force.
    let problems: [String]
    /// Keys that have changed and can't while the daemon runs.
    let needsRestart: [String]

    /// Of a failed one only the first problems are kept, and how many more there are: `omitted` are
    /// those that weren't even collected.
    init(
        endedAt: Instant,
        problems: [String] = [],
        omitted: Int = 0,
        needsRestart: [String] = []
    ) {
        self.endedAt = endedAt
        let more = problems.count - Bounds.reloadProblems + omitted
        self.problems =
            problems.prefix(Bounds.reloadProblems) + (more > 0 ? ["and \(more) more"] : [])
        self.needsRestart = needsRestart
    }

    var isInForce: Bool { problems.isEmpty }

    /// As a part of the status line.
    var summary: String {
        if let problem = problems.first {
            let more = problems.count > 1 ? " (and more)" : ""
            return "last reload failed: \(problem)\(more)"
        }
        guard needsRestart.isEmpty else {
            return "reloaded but for \(needsRestart.joined(separator: ", "))"
        }
        return "reloaded"
    }
}

extension Peers.ReloadResult {
    init(_ result: ReloadResult, at now: Moment) {
        self.init(
            // By how long ago it was, so that it stays so when the clock is set.
            endedUnixUSec: (now.wall + (result.endedAt - now.instant)).microseconds,
            inForce: result.isInForce,
            problems: result.problems,
            needsRestart: result.needsRestart
        )
    }
}
