internal import ConnectionCore
internal import DecredWire
internal import Facts
internal import Timing

/// Writes what goes into an engine, what comes of chance and of sessions meanwhile, and marks of
/// what the engine then decided. It is in the engine, so that no shell can forget a call.
///
/// Each input is a record: what it is and when, then its values, then in their order what is under
/// `Entry`, the last of which are the steps. Times are written by their distance from the one
/// before.
struct Recorder: Sendable {
    /// What stands in a record behind the input.
    enum Entry: UInt8 {
        /// So many draws of chance.
        case draws = 1
        /// What a session has said, where its bytes aren't recorded.
        case said
        /// Whose session was due, or whose peer doesn't take what waits.
        case due, stalled
        /// The marks of the steps, and then the answer. The record's end.
        case steps
    }

    /// Bytes that may lie here: more than a turn writes of any but a flood of bytes, for which
    /// several megabytes are read. What comes then isn't recorded any more.
    static let mostBytes = 16 << 20

    /// Whether what peers send is recorded itself.
    let keepsBytes: Bool
    private(set) var writer = RecordWriter()
    /// There was more to write than there is room for: records end with the one before.
    private(set) var isOverrun = false
    private var last = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(microseconds: 0))
    /// Where the steps of the present input begin.
    private var firstStep = 0
    /// Bytes beyond which nothing more is begun.
    var limit = mostBytes

    init(_ head: Recording.Head, keepsBytes: Bool) {
        self.keepsBytes = keepsBytes
        writer.reserve(2 * Recording.blockBytes)
        writer.write { head.put(to: &$0) }
    }

    // MARK: Inputs

    /// An input that happens at `now`; nil for one whose moment doesn't matter.
    mutating func begin(_ input: EngineInput, at now: Moment?, _ stepsBefore: Int) {
        guard let time = beginTime(at: now, stepsBefore) else { return }
        writer.write { pen in
            time.put(to: &pen, input.tag)
            input.putValues(to: &pen)
        }
    }

    /// As `EngineInput.receive`, without a copy of the bytes.
    mutating func begin(
        receiving bytes: RawSpan,
        from id: ConnectionID,
        at now: Moment,
        _ stepsBefore: Int
    ) {
        guard let time = beginTime(at: now, stepsBefore) else { return }
        let digest = keepsBytes ? 0 : RecordDigest.of(bytes)
        writer.write { pen in
            time.put(to: &pen, keepsBytes ? .receive : .receiveTold)
            pen.put(id)
            if keepsBytes {
                pen.put(bytes)
            } else {
                pen.put(bytes.byteCount)
                pen.put(fixed: digest)
            }
        }
    }

    /// When an input is, by its distance from the one before.
    private struct Time {
        let passed: Int64
        let deviation: Int64

        @inline(__always)
        func put(to pen: inout RecordPen, _ tag: EngineInput.Tag) {
            pen.put(byte: tag.rawValue)
            pen.put(passed)
            pen.put(deviation)
        }
    }

    /// Nil where there is no room for another input.
    private mutating func beginTime(at now: Moment?, _ stepsBefore: Int) -> Time? {
        guard !isOverrun, writer.count < limit else {
            isOverrun = true
            return nil
        }
        firstStep = stepsBefore
        let now = now ?? last
        let passed = now.instant.nanoseconds &- last.instant.nanoseconds
        // The calendar's clock goes on by as much, unless it is set.
        let expected = last.wall.microseconds &+ passed / 1_000
        last = now
        return Time(passed: passed, deviation: now.wall.microseconds &- expected)
    }

    // MARK: What is beside them

    mutating func noteSaid(_ output: borrowing SessionOutput) {
        guard !keepsBytes, !isOverrun else { return }
        let count = output.bytes.count
        // Mostly there are none.
        let facts = output.facts.isEmpty ? [] : output.facts
        writer.write { pen in
            pen.put(byte: Entry.said.rawValue)
            pen.put(count)
            pen.put(facts)
        }
    }

    mutating func noteDue(_ due: DecredSessions.Due) {
        guard !keepsBytes, !isOverrun else { return }
        writer.write { pen in
            switch due {
            case .session(let slot):
                pen.put(byte: Entry.due.rawValue)
                pen.put(slot)
            case .stalled(let slot):
                pen.put(byte: Entry.stalled.rawValue)
                pen.put(slot)
            }
        }
    }

    mutating func noteDraws(_ draws: [UInt64]) {
        guard !draws.isEmpty, !isOverrun else { return }
        writer.write { pen in
            pen.put(byte: Entry.draws.rawValue)
            pen.put(draws.count)
            for draw in draws { pen.put(fixed: draw) }
        }
    }

    // MARK: Outcomes

    /// What came of the input: the steps that are new, and what was answered.
    mutating func end(_ steps: borrowing Steps, answer: String?) {
        guard !isOverrun else { return }
        // As of half of all inputs: without a look into what is pending.
        if answer == nil, steps.pending.count == firstStep { return endAlone() }
        let bytes = keepsBytes ? steps.bytes : nil
        let pending = steps.pending
        let new = firstStep..<pending.count
        writer.write { pen in
            pen.put(byte: Entry.steps.rawValue)
            pen.put(new.count)
            for index in new {
                // One copy, which counts what is in it.
                let step = pending[index]
                var digester = RecordDigester()
                step.put(to: &digester, bytes: bytes)
                pen.put(byte: step.kind)
                pen.put(fixed: digester.digest)
            }
            pen.put(answer != nil)
            if let answer { pen.put(answer) }
        }
    }

    /// The same of what leads to no steps.
    mutating func endAlone() {
        guard !isOverrun else { return }
        writer.write { pen in
            pen.put(byte: Entry.steps.rawValue)
            pen.put(0)
            pen.put(false)
        }
    }

    // MARK: The file

    /// Hands out what was written, whole records, and goes on in `buffer`.
    mutating func take(into buffer: consuming [UInt8]) -> [UInt8] {
        writer.exchange(for: buffer)
    }
}
