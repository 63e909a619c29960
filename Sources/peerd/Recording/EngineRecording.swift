import Engine
import LinuxIO
import Timing

/// The recording of a running engine: when what was recorded is handed over to be written, and when
/// it has to end.
struct EngineRecording: ~Copyable {
    /// Why a recording ends before the daemon does.
    enum Ending: Equatable, Sendable {
        case daemonEnds
        case full(mostBytes: Int)
        /// The disk takes less than there is to write, or more came at once than is kept for it.
        case tooSlow
        case failed(SystemError)
    }

    /// What was recorded is handed over after so long at the latest: as much is missing of a daemon
    /// that crashes. Each time costs some 25 µs, most of it the thread's waking.
    static let interval = Duration.seconds(2)
    /// What may wait for a disk that doesn't answer.
    private static let mostWaiting = 8 << 20
    /// What is kept of the file for the reason of its end.
    private static let reserve = 4_096

    let path: String
    private let mostBytes: Int
    private var thread: RecordingThread
    /// Handed over by now, with what the blocks themselves take.
    private var handedOver = 0
    /// When what waits is due; what the engine was born with at once, so that there is a file that
    /// can be read.
    private var dueAt: Instant? = Instant(nanoseconds: 0)
    private var spare: [UInt8] = []

    /// Makes the file.
    init(_ request: RecordingRequest) throws(SystemError) {
        try self.init(request, writing: try NewFile(request.path))
    }

    /// With a file that is there.
    init(_ request: RecordingRequest, writing file: consuming NewFile) throws(SystemError) {
        path = request.path
        mostBytes = request.mostBytes
        thread = try RecordingThread(writing: file)
    }

    func watch(by epoll: borrowing Epoll, token: EventToken) throws(SystemError) {
        try thread.watch(by: epoll, token: token)
    }

    /// When `keepUp` has something to do; nil if nothing waits.
    var deadline: Instant? { dueAt }

    /// Whether something isn't on its disk yet that was handed over, as far as is known.
    var isBusy: Bool { thread.isBusy }

    /// Takes the answers of the disk.
    ///
    /// - Returns: Why it can't go on, if it can't.
    mutating func takeReplies() -> Ending? {
        while let reply = thread.nextReply() {
            if let error = reply.error { return .failed(error) }
            spare = reply.buffer
        }
        return nil
    }

    /// To be called once a turn. Hands over what was recorded, if it is enough or has waited for
    /// long enough. Only then is the disk's last answer looked for: nobody is woken for it.
    ///
    /// - Returns: Why the recording has to end, if it has to.
    mutating func keepUp(with engine: inout Engine, at now: Instant) -> Ending? {
        let waiting = engine.recordedBytes
        guard waiting > 0 else { return nil }
        guard !engine.isRecordingOverrun else { return .tooSlow }
        let due = dueAt ?? now + Self.interval
        dueAt = due
        guard waiting >= Recording.blockBytes || due <= now else { return nil }
        if let ending = takeReplies() { return ending }
        guard !thread.isBusy else {
            dueAt = now + Self.interval
            return waiting > Self.mostWaiting ? .tooSlow : nil
        }
        guard hasRoom(for: waiting) else { return .full(mostBytes: mostBytes) }
        handOver(engine.takeRecording(into: takeSpare()))
        return nil
    }

    /// Ends the recording of the engine. What was recorded and has room is handed over, with the
    /// reason.
    ///
    /// - Returns: The reason, which is another one where there is no room.
    @discardableResult
    mutating func end(_ engine: inout Engine, because wanted: Ending) -> Ending {
        let rest = engine.takeRecording(into: [])
        engine.stopRecording()
        if case .failed = wanted { return wanted }
        let ending = hasRoom(for: rest.count) ? wanted : .full(mostBytes: mostBytes)
        // Behind a gap nothing could be replayed.
        let last = hasRoom(for: rest.count) ? rest : []
        handOver(last + Recording.end(because: ending.text))
        return ending
    }

    private func hasRoom(for count: Int) -> Bool {
        handedOver + count + Self.reserve <= mostBytes
    }

    private mutating func takeSpare() -> [UInt8] {
        defer { spare = [] }
        return spare
    }

    private mutating func handOver(_ content: [UInt8]) {
        handedOver += content.count + Recording.head(ofBlock: [0]).count
        dueAt = nil
        thread.write(content)
    }
}

extension EngineRecording.Ending {
    /// In an operator's words, in the journal and in the file.
    var text: String {
        switch self {
        case .daemonEnds: "the daemon ended"
        case .full(let mostBytes): "the file has \(mostBytes >> 20) MiB (--record-limit)"
        case .tooSlow: "the disk was too slow for all that came"
        case .failed(let error): "\(error)"
        }
    }
}
