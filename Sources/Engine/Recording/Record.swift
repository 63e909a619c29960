internal import DecredWire
package import Timing

/// One input of a recording, with what was beside it and what came of it.
package struct Record: Sendable {
    /// Where it begins in the file.
    package let offset: Int
    package let now: Moment
    package let input: EngineInput
    var draws: [UInt64] = []
    var told = ToldSessions()
    var marks: [StepMark] = []
    var answer: String?

    init(_ input: EngineInput, at now: Moment, offset: Int) {
        self.input = input
        self.now = now
        self.offset = offset
    }
}

/// What sessions have said and whose turn it was, in the place of sessions that can't say it since
/// the bytes of their peers aren't there. In the order in which it is asked for.
struct ToldSessions: Sendable {
    /// What one call of a session has said.
    struct Said: Sendable {
        /// Made of zeros when it is asked for: a few bytes of a file mustn't become many here.
        let bytes: Int
        let facts: [SessionFact]
    }

    private var said: [Said] = []
    private var due: [DecredSessions.Due] = []
    private var nextSaid = 0
    private var nextTurn = 0
    /// More was asked for than there is.
    private(set) var isShort = false

    mutating func append(_ said: Said) { self.said.append(said) }

    mutating func append(_ due: DecredSessions.Due) { self.due.append(due) }

    mutating func takeSaid() -> SessionOutput {
        guard nextSaid < said.count else {
            isShort = true
            return SessionOutput()
        }
        defer { nextSaid += 1 }
        return SessionOutput(silentBytes: said[nextSaid].bytes, facts: said[nextSaid].facts)
    }

    mutating func takeDue() -> DecredSessions.Due? {
        guard nextTurn < due.count else { return nil }
        defer { nextTurn += 1 }
        return due[nextTurn]
    }

    /// All that sessions have found out.
    var facts: [SessionFact] { said.flatMap(\.facts) }
}

/// Reads record after record.
struct RecordParser: Sendable {
    enum Parsed {
        case record(Record)
        case end(because: String)
    }

    private var last = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(microseconds: 0))

    mutating func next(from reader: inout RecordReader) throws(RecordError) -> Parsed {
        let start = reader
        guard let tag = EngineInput.Tag(rawValue: try reader.byte()) else { throw start.damaged }
        if tag == .end { return .end(because: try reader.text()) }
        let now = try moment(from: &reader)
        var record = Record(try EngineInput(tag, from: &reader), at: now, offset: start.offset)
        while true {
            let start = reader
            guard let entry = Recorder.Entry(rawValue: try reader.byte()) else {
                throw start.damaged
            }
            switch entry {
            case .draws: record.draws += try reader.draws()
            case .said:
                let count: Int = try reader.integer()
                guard (0...EngineInput.mostReceived).contains(count) else { throw start.damaged }
                record.told.append(.init(bytes: count, facts: try reader.list()))
            case .due: record.told.append(.session(slot: try Self.slot(from: &reader)))
            case .stalled: record.told.append(.stalled(slot: try Self.slot(from: &reader)))
            case .steps:
                for _ in 0..<(try reader.count()) {
                    let kind = try reader.byte()
                    record.marks.append(StepMark(kind: kind, digest: try reader.fixed()))
                }
                if try reader.flag() { record.answer = try reader.text() }
                return .record(record)
            }
        }
    }

    private mutating func moment(from reader: inout RecordReader) throws(RecordError) -> Moment {
        let passed = try reader.signed()
        let deviation = try reader.signed()
        let expected = last.wall.microseconds &+ passed / 1_000
        last = Moment(
            instant: Instant(nanoseconds: last.instant.nanoseconds &+ passed),
            wall: WallTime(microseconds: expected &+ deviation)
        )
        return last
    }

    private static func slot(from reader: inout RecordReader) throws(RecordError) -> Int {
        let start = reader
        let slot: Int = try reader.integer()
        guard slot >= 0 else { throw start.damaged }
        return slot
    }
}
