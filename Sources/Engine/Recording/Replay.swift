internal import Addressing
package import Timing
package import DecredWire
internal import ConnectionCore

/// Runs a recording again: a fresh engine is given what the recorded one was given, and what it
/// decides is held against what that one decided. Nothing that was recorded of its decisions leads
/// to one.
package struct Replay: Sendable {
    /// One input that was given again.
    package struct Turn: Sendable {
        /// From 1.
        package let number: Int
        /// Where it is in the file.
        package let offset: Int
        package let now: Moment
        package let input: EngineInput
        /// What sessions had found out, where that is recorded in place of bytes.
        package let facts: [SessionFact]
        /// What is decided now.
        package let steps: [Step]
        /// What was answered now, and then.
        package let answer: String?
        package let recordedAnswer: String?
        package let marks: [StepMark]
        package let recordedMarks: [StepMark]
        /// More chance was drawn, or more asked of sessions, than is recorded.
        package let isShort: Bool
        /// Nothing was due at this input, which then led to something or might have.
        package let isIdle: Bool

        package var isSame: Bool {
            marks == recordedMarks && answer == recordedAnswer && !isShort && !isIdle
        }

        /// The place of the first step that differs; nil if all that were made at both times are
        /// equal.
        package var firstDifferentStep: Int? {
            zip(marks, recordedMarks).enumerated().first { $1.0 != $1.1 }?.offset
                ?? (marks.count == recordedMarks.count
                    ? nil : min(marks.count, recordedMarks.count))
        }
    }

    package private(set) var engine: Engine
    private var recording: Recording
    private var steps = Steps()
    /// What was lent for a reload.
    private var lent: AddressList?
    private var parser = RecordParser()
    private var count = 0
    private var buffer: [UInt8] = []

    /// - Parameter bytes: A whole file.
    /// - Throws: If it has no readable beginning.
    package init(_ bytes: [UInt8]) throws(RecordError) {
        recording = try Recording(bytes)
        engine = Engine(replaying: recording.head)
        _ = engine.takeRecording(into: [])
    }

    package var head: Recording.Head { recording.head }

    /// Why the recording ended, where it says so.
    package var ending: String? { recording.ending }

    /// Gives the engine the next input; nil at the end.
    ///
    /// `announce` is told of it before the engine is, with its number.
    ///
    /// - Throws: As `Recording.next`.
    package mutating func next(
        announcing announce: (Int, Moment, EngineInput) -> Void = { _, _, _ in }
    ) throws(RecordError) -> Turn? {
        guard let record = try recording.next() else { return nil }
        count += 1
        announce(count, record.now, record.input)
        steps.removeAll()
        engine.prepare(for: record, told: !head.keepsBytes)
        perform(record)
        var decided = engine.takeRecording(into: buffer)
        swap(&decided, &buffer)
        let repeated = try parseRepeated() ?? Record(record.input, at: record.now, offset: 0)
        return Turn(
            number: count,
            offset: record.offset,
            now: record.now,
            input: record.input,
            facts: record.told.facts,
            steps: steps.pending,
            answer: repeated.answer,
            recordedAnswer: record.answer,
            marks: repeated.marks,
            recordedMarks: record.marks,
            isShort: engine.isShort,
            isIdle: buffer.isEmpty
        )
    }

    /// What the engine has recorded of the input; nil if it found nothing to do.
    private mutating func parseRepeated() throws(RecordError) -> Record? {
        guard !buffer.isEmpty else { return nil }
        var reader = RecordReader(buffer)
        guard case .record(let repeated) = try parser.next(from: &reader), reader.isAtEnd else {
            preconditionFailure("input \(count) is recorded as more than one")
        }
        return repeated
    }

    private mutating func perform(_ record: Record) {
        if case .lendAddresses = record.input {
            lent = engine.lendAddresses()
        } else if case .reload(let policy, let configured, let hasMore, let hasMoved) = record.input
        {
            // As a recording can't be that a daemon has made.
            guard var addresses = lent else { return engine.skip(record.input, at: record.now) }
            lent = nil
            _ = addresses.replace(with: configured, onlyRoutable: policy.dialsOnlyRoutable)
            _ = engine.reload(
                policy,
                addresses: addresses,
                madeOf: configured,
                hasMoreAddresses: hasMore,
                hasMoved: hasMoved,
                at: record.now,
                &steps
            )
        } else {
            engine.perform(record.input, at: record.now, &steps)
        }
    }
}
