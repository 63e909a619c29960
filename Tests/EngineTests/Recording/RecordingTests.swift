import Addressing
import ConnectionCore
import DecredWire
import Facts
import FlippedBits
import Testing
import Timing

@testable import Engine

/// What was recorded of an engine leads to the same again.
@Suite("A recording")
struct RecordingTests {
    @Test("is replayed, with the bytes and without", arguments: [true, false])
    func replays(keepsBytes: Bool) throws {
        let recorded = try Self.recordedLife(keepsBytes: keepsBytes)
        var replay = try Replay(recorded.file)
        #expect(replay.head.keepsBytes == keepsBytes)
        #expect(replay.head.version == "1.2.3")
        var steps = 0
        while let turn = try replay.next() {
            #expect(turn.isSame, "\(turn.input): \(turn.marks) \(turn.recordedMarks)")
            steps += turn.steps.count
        }
        #expect(replay.ending == "enough")
        #expect(steps > 10)
        #expect(replay.engine.totals == recorded.engine.totals)
        #expect(replay.engine.traffic == recorded.engine.traffic)
        #expect(replay.engine.learned == recorded.engine.learned)
    }

    /// Each step of an input, its answer, and chance beyond what was recorded.
    @Test("in which something else was decided names where")
    func differs() throws {
        let recorded = try Self.recordedLife(keepsBytes: true)
        let records = try Self.records(of: recorded.file)
        let place = try #require(records.firstIndex { $0.marks.count > 1 })
        // The digest of its second step is the last but five of its bytes: no answer follows.
        let end = place + 1 < records.count ? records[place + 1].offset : recorded.file.count
        #expect(records[place].answer == nil)
        var content = Array(recorded.file[recorded.content])
        content[end - recorded.content.lowerBound - 2] ^= 1
        var replay = try Replay(Self.file(of: content))
        for number in 1...place {
            let turn = try #require(try replay.next())
            #expect(turn.number == number && turn.isSame)
        }
        let turn = try #require(try replay.next())
        #expect(!turn.isSame)
        #expect(turn.firstDifferentStep == records[place].marks.count - 1)
        #expect(turn.offset == records[place].offset)
    }

    /// As where an input is missing that had made it due.
    @Test("that has an input at which nothing is due names it")
    func idle() throws {
        let test = TestEngine(recording: RecordingWish(keepsBytes: true, version: "1.2.3"))
        let id = try test.accept(Self.peer(1))
        test.introduce(id)
        let before = test.engine.takeRecording(into: [])
        test.run(for: .seconds(300))
        let later = test.engine.takeRecording(into: [])
        // The times are distances: what comes later follows the birth at once.
        let born = TestEngine(recording: RecordingWish(keepsBytes: true, version: "1.2.3"))
        let content = born.engine.takeRecording(into: []) + later
        #expect(before.count > content.count - later.count)
        var replay = try Replay(Self.file(of: content))
        let turn = try #require(try replay.next())
        #expect(turn.isIdle && !turn.isSame)
    }

    @Test("of which any bit was changed is found to be damaged")
    func flipped() throws {
        let file = try Self.recordedLife(keepsBytes: false).file
        for flipped in FlippedBits(of: file, every: 5) {
            let error = Self.errorOfReading(flipped.bytes)
            #expect(error != nil, "\(flipped)")
        }
    }

    @Test("that was cut off is good up to there")
    func truncated() throws {
        let recorded = try Self.recordedLife(keepsBytes: false)
        let second = Recording.end(because: "enough")
        let whole = recorded.file + Recording.head(ofBlock: second) + second
        for length in 0..<recorded.content.upperBound {
            #expect(Self.errorOfReading(Array(whole[..<length])) != nil, "\(length)")
        }
        for length in (recorded.content.upperBound + 1)..<whole.count {
            var replay = try Replay(Array(whole[..<length]))
            // The first one says that nothing follows.
            while try replay.next() != nil {}
        }
    }

    @Test("of another format says so")
    func otherFormat() {
        #expect(throws: RecordError.otherFormat(2)) { try Recording(Recording.magic + [2]) }
        #expect(throws: RecordError.notARecording) { try Recording([]) }
        #expect(throws: RecordError.notARecording) { try Recording(Array("SQLite format 3".utf8)) }
        #expect(throws: RecordError.cutOff(at: 17)) { try Recording(Recording.beginning) }
    }

    /// It can't grow for as long as nobody takes what was recorded.
    @Test("ends whole where there is no room for more")
    func overrun() throws {
        let test = TestEngine(recording: RecordingWish(keepsBytes: true, version: "1.2.3"))
        let id = try test.accept(Self.peer(1))
        test.introduce(id)
        let before = test.engine.recordedBytes
        test.engine.recorder?.limit = before + 1_000
        for nonce in UInt64(0)..<1_000 { test.receive(.ping(nonce: nonce), from: id) }
        #expect(test.engine.isRecordingOverrun)
        #expect(test.engine.recordedBytes < before + 1_000 + 200)
        var replay = try Replay(Self.file(of: test.engine.takeRecording(into: [])))
        while let turn = try replay.next() { #expect(turn.isSame) }
        #expect(replay.ending == nil)
    }

    @Test("costs nothing where none is wanted")
    func none() throws {
        let test = TestEngine()
        let id = try test.accept(Self.peer(1))
        test.introduce(id)
        #expect(test.engine.recordedBytes == 0)
        #expect(test.engine.chance.drawn.isEmpty)
        #expect(test.engine.takeRecording(into: [1]).isEmpty)
    }

    // MARK: Helpers

    private static func peer(_ number: UInt32) -> PeerAddress {
        PeerAddress(IPAddress(v4: 0x0a00_0000 + number), port: 18_655)
    }

    private struct Recorded {
        let engine: Engine
        let file: [UInt8]
        /// Of the one block.
        let content: Range<Int>
    }

    private static func recordedLife(keepsBytes: Bool) throws -> Recorded {
        let test = TestEngine(
            addresses: [Self.peer(40), Self.peer(41)],
            keepsState: true,
            recording: RecordingWish(keepsBytes: keepsBytes, version: "1.2.3")
        ) {
            $0.core.outbound.target = 1
            $0.tellsOnlyRoutable = false
        }
        try live(test)
        let content =
            test.engine.takeRecording(into: []) + Recording.end(because: "enough")
        let start = Recording.beginning.count + Recording.blockHead
        let file = file(of: content)
        return Recorded(engine: test.engine, file: file, content: start..<file.count)
    }

    /// A bit of everything.
    private static func live(_ test: TestEngine) throws {
        _ = test.call { engine, now, steps in engine.keepConfiguredPeers(at: now, &steps) }
        test.call { engine, now, steps in engine.keepState(at: now, &steps) }
        _ = test.call { engine, now, steps in
            engine.finishStoring(
                .loaded(StoredState(bans: RecordSamples.bans)),
                settingAside: false,
                at: now,
                &steps
            )
        }
        test.run(for: .seconds(2))
        let first = try test.accept(Self.peer(1))
        test.introduce(first)
        test.receive(.ping(nonce: 5), from: first)
        test.receive(.getaddr, from: first)
        let second = try test.accept(Self.peer(2))
        test.receive(Array("GET / HTTP/1.0\r\n\r\n".utf8), from: second)
        let manual = try test.connect(Self.peer(3))
        test.introduce(manual)
        #expect(throws: Refusal.self) { try test.connect(Self.peer(3)) }
        _ = try test.call { engine, now, steps throws(Refusal) in
            try engine.ban(
                Prefix(IPAddress(v4: 0x0a00_0000), length: 104),
                for: .seconds(60),
                replacing: false,
                at: now,
                &steps
            )
        }
        test.run(for: .seconds(200))
        test.setCalendar(by: .seconds(3_600))
        test.handle(.clockMoved)
        test.call { engine, now, steps in engine.keepState(at: now, &steps) }
        test.call { engine, now, steps in engine.shutDown(at: now, &steps) }
    }

    private static func file(of content: [UInt8]) -> [UInt8] {
        Recording.beginning + Recording.head(ofBlock: content) + content
    }

    private static func records(of file: [UInt8]) throws(RecordError) -> [Record] {
        var recording = try Recording(file)
        var records: [Record] = []
        while let record = try recording.next() { records.append(record) }
        return records
    }

    /// Nil if all can be read.
    private static func errorOfReading(_ bytes: [UInt8]) -> RecordError? {
        do throws(RecordError) {
            _ = try records(of: bytes)
            return nil
        } catch {
            return error
        }
    }
}
