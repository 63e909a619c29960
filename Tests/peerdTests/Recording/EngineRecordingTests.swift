import Addressing
import ConfigurationFixtures
import ConnectionCore
import Engine
import Facts
import Glibc
import LinuxIO
import Testing
import Timing

@testable import peerd

/// When a recording is handed over, and when it has to end, in simulated time.
@Suite("A recording of an engine")
struct EngineRecordingTests {
    @Test("is handed over at once, then after a while or when there is a block of it")
    func handsOver() throws {
        let folder = try ConfigurationDirectory()
        var recording = try EngineRecording(Self.request(in: folder))
        var engine = Self.engine()
        var endings = [recording.keepUp(with: &engine, at: Self.start)]
        #expect(engine.recordedBytes == 0)
        #expect(try Self.awaitReply(&recording) == nil)
        var deadlines = [recording.deadline]
        Self.feed(&engine, bytes: 1)
        endings.append(recording.keepUp(with: &engine, at: Self.start))
        deadlines.append(recording.deadline)
        let due = Self.start + EngineRecording.interval
        endings.append(recording.keepUp(with: &engine, at: due - .milliseconds(1)))
        #expect(engine.recordedBytes > 0)
        endings.append(recording.keepUp(with: &engine, at: due))
        #expect(engine.recordedBytes == 0)
        #expect(try Self.awaitReply(&recording) == nil)
        deadlines.append(recording.deadline)
        #expect(deadlines == [nil, due, nil])

        Self.feed(&engine, bytes: Recording.blockBytes)
        endings.append(recording.keepUp(with: &engine, at: due))
        #expect(endings == [nil, nil, nil, nil, nil])
        #expect(engine.recordedBytes == 0)
        #expect(try Self.awaitReply(&recording) == nil)
        #expect(try Self.inputs(of: folder) == 2)
    }

    @Test("ends before the file would be longer than it may, whole and with the reason")
    func bounded() throws {
        let folder = try ConfigurationDirectory()
        var recording = try EngineRecording(Self.request(in: folder))
        var engine = Self.engine()
        var ending: EngineRecording.Ending?
        var fed = 0
        while ending == nil, fed < 100 {
            Self.feed(&engine, bytes: Recording.blockBytes)
            fed += 1
            ending = recording.keepUp(with: &engine, at: Self.start)
            if ending == nil { #expect(try Self.awaitReply(&recording) == nil) }
        }
        #expect(ending == .full(mostBytes: 1 << 20))
        recording.end(&engine, because: .full(mostBytes: 1 << 20))
        #expect(try Self.awaitReply(&recording) == nil)
        Self.feed(&engine, bytes: 1)
        #expect(engine.recordedBytes == 0)
        let file = try FileContents.read("\(folder.path)/recording", limit: 1 << 20)
        #expect(file.count > 900_000)
        #expect(try Self.inputs(of: folder) == fed - 1)
    }

    @Test("ends where the device has no room")
    func full() throws {
        let number = open("/dev/full", O_WRONLY | O_CLOEXEC)
        let file = NewFile(owning: FileDescriptor(owning: number))
        let folder = try ConfigurationDirectory()
        var recording = try EngineRecording(Self.request(in: folder), writing: file)
        var engine = Self.engine()
        Self.feed(&engine, bytes: Recording.blockBytes)
        let ending = recording.keepUp(with: &engine, at: Self.start)
        #expect(ending == nil)
        #expect(try Self.awaitReply(&recording) == .failed(SystemError(.write, ENOSPC)))
    }

    @Test("ends where the disk doesn't answer, before much waits for it")
    func slow() throws {
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let reader = FileDescriptor(owning: ends[0])
        let folder = try ConfigurationDirectory()
        var recording = try EngineRecording(
            Self.request(in: folder, limit: 1_024),
            writing: NewFile(owning: FileDescriptor(owning: ends[1]))
        )
        var engine = Self.engine()
        var ending: EngineRecording.Ending?
        var fed = 0
        while ending == nil, fed < 1_000 {
            Self.feed(&engine, bytes: Recording.blockBytes)
            fed += 1
            ending = recording.keepUp(with: &engine, at: Self.start)
        }
        #expect(ending == .tooSlow)
        #expect(fed * Recording.blockBytes < 10 << 20)
        recording.end(&engine, because: .tooSlow)
        _ = reader
    }

    // MARK: Helpers

    private static let start = Instant(nanoseconds: 5_000_000_000)

    private static func request(
        in folder: borrowing ConfigurationDirectory,
        limit: Int = 1
    ) -> RecordingRequest {
        RecordingRequest(path: "\(folder.path)/recording", keepsBytes: true, limit: limit)
    }

    private static func engine() -> Engine {
        Engine(
            policy: EnginePolicy(core: Policy(), speech: .raw, banDuration: .seconds(1)),
            addresses: [],
            drawing: .seeded(SeededRandom(seed: 1)),
            keepsState: false,
            recording: RecordingWish(keepsBytes: true, version: "1.2.3")
        )
    }

    /// One input with so many bytes, of a connection that isn't there.
    private static func feed(_ engine: inout Engine, bytes count: Int) {
        let bytes = [UInt8](repeating: 7, count: count)
        var steps = Steps()
        let now = Moment(instant: start, wall: WallTime(microseconds: 0))
        let id = ConnectionID(number: 1, slot: 0)
        _ = engine.receive(bytes.span.bytes, from: id, at: now, &steps)
    }

    private static func awaitReply(
        _ recording: inout EngineRecording
    ) throws(SystemError) -> EngineRecording.Ending? {
        var epoll = try Epoll()
        try recording.watch(by: epoll, token: EventToken(fixed: 1))
        while recording.isBusy {
            try epoll.wait(timeout: ChildProcess.patience)
            if let ending = recording.takeReplies() { return ending }
        }
        return nil
    }

    private static func inputs(of folder: borrowing ConfigurationDirectory) throws -> Int {
        var replay = try Replay(
            try FileContents.read("\(folder.path)/recording", limit: 2 << 20)
        )
        var count = 0
        while let turn = try replay.next() {
            #expect(turn.isSame)
            count += 1
        }
        return count
    }
}
