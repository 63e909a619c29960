internal import DecredWire
internal import Engine
package import Facts
internal import Timing

/// Runs a recording again and says what comes of it.
package enum ReplayReader {
    /// How it went.
    package enum Outcome: Equatable {
        case same
        /// Something was decided otherwise.
        case different
        /// All is the same up to where the recording can't be read on, if it can at all.
        case unreadable
    }

    /// - Parameters:
    ///   - bytes: A whole file.
    ///   - version: Of this program.
    ///   - tracesAll: Whether every input and step is told, not only the first difference.
    ///   - wording: How the journal's sentences show what readers see differently.
    ///   - tell: Gets each line.
    /// - Returns: How it went, which is told too.
    package static func run(
        _ bytes: [UInt8],
        version: String,
        tracesAll: Bool,
        in wording: Wording,
        _ tell: (String) -> Void
    ) -> Outcome {
        var summary = Summary()
        do throws(RecordError) {
            var replay = try Replay(bytes)
            tell(introduction(of: replay, version))
            while let turn = try replay.next(announcing: { number, now, input in
                guard tracesAll else { return }
                tell("\(number) \(now.wall) \(input.sentence(wording))")
            }) {
                summary.note(turn)
                if tracesAll { for line in lines(of: turn, wording) { tell("    " + line) } }
                guard turn.isSame else {
                    for line in difference(turn, summary, wording) { tell(line) }
                    return .different
                }
            }
            tell(summary.text)
            tell(
                replay.ending.map { "The recording ended because \($0)." }
                    ?? "The recording doesn't say why it ends here: the daemon goes on, or it died."
            )
        } catch .cutOff(let offset) where summary.inputs > 0 {
            tell(summary.text)
            tell("The recording's end is cut off: what begins at byte \(offset) isn't whole.")
        } catch {
            if summary.inputs > 0 { tell(summary.text) }
            tell("The recording can't be read\(summary.inputs > 0 ? " on" : ""): \(error).")
            return .unreadable
        }
        tell("The same was decided at every step.")
        return .same
    }

    private static func introduction(of replay: Replay, _ version: String) -> String {
        let bytes = replay.head.keepsBytes ? "with what peers sent" : "without what peers sent"
        let other =
            replay.head.version == version
            ? "" : "; this is \(version), and what differs may be what was changed between the two"
        return "Recorded by peerd \(replay.head.version), \(bytes)\(other)."
    }

    /// What was found out and decided at one input.
    private static func lines(of turn: Replay.Turn, _ wording: Wording) -> [String] {
        turn.facts.map { "session: \($0)" } + turn.steps.map { $0.sentence(wording) }
            + (turn.answer.map { ["answered: \($0)"] } ?? [])
    }

    private static func difference(
        _ turn: Replay.Turn,
        _ summary: Summary,
        _ wording: Wording
    ) -> [String] {
        var lines = [
            "Input \(turn.number) led to something else, at \(turn.now.wall), "
                + "\(summary.passed.briefDescription) after the first one "
                + "(byte \(turn.offset) of the file): \(turn.input.sentence(wording))"
        ]
        if let place = turn.firstDifferentStep {
            let recorded = turn.recordedMarks.dropFirst(place).first?.text ?? "nothing more"
            let decided = turn.marks.dropFirst(place).first?.text ?? "nothing more"
            lines.append("Step \(place + 1): recorded was \(recorded), decided is \(decided)")
        }
        if turn.answer != turn.recordedAnswer {
            let recorded = turn.recordedAnswer ?? "nothing"
            lines.append("Answer: recorded was \(recorded), decided is \(turn.answer ?? "nothing")")
        }
        if turn.isShort {
            lines.append("More chance was drawn, or more asked of sessions, than is recorded")
        }
        if turn.isIdle { lines.append("Nothing was due") }
        lines.append("All that is decided at this input:")
        lines += Self.lines(of: turn, wording).map { "    " + $0 }
        lines.append(
            "The \(summary.inputs - 1) inputs before led to the same; --trace shows them."
        )
        return lines
    }

    /// What has been replayed by now.
    private struct Summary {
        var inputs = 0
        private var steps = 0
        private var first: Moment?
        private var last: Moment?

        mutating func note(_ turn: Replay.Turn) {
            inputs += 1
            steps += turn.steps.count
            if first == nil { first = turn.now }
            last = turn.now
        }

        /// From the first input to the last.
        var passed: Duration {
            guard let first, let last else { return .zero }
            return last.instant - first.instant
        }

        var text: String {
            "\(inputs) inputs led to \(steps) steps, in \(passed.briefDescription)."
        }
    }
}
