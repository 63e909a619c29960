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
        writer.put(head)
    }

    // MARK: Inputs

    /// An input that happens at `now`; nil for one whose moment doesn't matter.
    mutating func begin(_ input: EngineInput, at now: Moment?, _ stepsBefore: Int) {
        guard begin(input.tag, at: now, stepsBefore) else { return }
        input.putValues(to: &writer)
    }

    /// As `EngineInput.receive`, without a copy of the bytes.
    mutating func begin(
        receiving bytes: RawSpan,
        from id: ConnectionID,
        at now: Moment,
        _ stepsBefore: Int
    ) {
        let tag: EngineInput.Tag = keepsBytes ? .receive : .receiveTold
        guard begin(tag, at: now, stepsBefore) else { return }
        writer.put(id)
        if keepsBytes {
            writer.put(bytes)
        } else {
            writer.put(bytes.byteCount)
            writer.put(fixed: RecordDigest.of(bytes))
        }
    }

    private mutating func begin(
        _ tag: EngineInput.Tag,
        at now: Moment?,
        _ stepsBefore: Int
    ) -> Bool {
        guard !isOverrun, writer.count < limit else {
            isOverrun = true
            return false
        }
        firstStep = stepsBefore
        writer.put(byte: tag.rawValue)
        let now = now ?? last
        let passed = now.instant.nanoseconds &- last.instant.nanoseconds
        // The calendar's clock goes on by as much, unless it is set.
        let expected = last.wall.microseconds &+ passed / 1_000
        writer.put(passed)
        writer.put(now.wall.microseconds &- expected)
        last = now
        return true
    }

    // MARK: What is beside them

    mutating func noteSaid(_ output: SessionOutput) {
        guard !keepsBytes, !isOverrun else { return }
        writer.put(byte: Entry.said.rawValue)
        writer.put(output.bytes.count)
        writer.put(output.facts)
    }

    mutating func noteDue(_ due: DecredSessions.Due) {
        guard !keepsBytes, !isOverrun else { return }
        switch due {
        case .session(let slot):
            writer.put(byte: Entry.due.rawValue)
            writer.put(slot)
        case .stalled(let slot):
            writer.put(byte: Entry.stalled.rawValue)
            writer.put(slot)
        }
    }

    mutating func noteDraws(_ draws: [UInt64]) {
        guard !draws.isEmpty, !isOverrun else { return }
        writer.put(byte: Entry.draws.rawValue)
        writer.put(draws.count)
        for draw in draws { writer.put(fixed: draw) }
    }

    // MARK: Outcomes

    /// What came of the input: the steps that are new, and what was answered.
    mutating func end(_ steps: borrowing Steps, answer: String?) {
        guard !isOverrun else { return }
        writer.put(byte: Entry.steps.rawValue)
        let count = steps.pending.count
        writer.put(count - firstStep)
        let bytes = keepsBytes ? steps.bytes : nil
        for index in firstStep..<count {
            writer.put(byte: steps.pending[index].kind)
            let start = writer.count
            steps.pending[index].put(to: &writer, bytes: bytes)
            let digest = writer.takeDigest(from: start)
            writer.put(fixed: digest)
        }
        writer.put(answer != nil)
        if let answer { writer.put(answer) }
    }

    /// The same of what leads to no steps.
    mutating func endAlone() {
        guard !isOverrun else { return }
        writer.put(byte: Entry.steps.rawValue)
        writer.put(0)
        writer.put(false)
    }

    // MARK: The file

    /// Hands out what was written, whole records, and goes on in `buffer`.
    mutating func take(into buffer: consuming [UInt8]) -> [UInt8] {
        writer.exchange(for: buffer)
    }
}
