import Engine
import LinuxIO
import Timing

/// Recording all that goes into the engine, where the operator wants it. The loop never waits for
/// that disk, but for a moment at its end.
extension Daemon {
    /// How long an end waits for the last of it.
    private static let recordingPatience = Duration.seconds(2)

    /// Makes the file. What was recorded by then follows.
    mutating func openRecording(_ request: RecordingRequest) throws(StartupError) {
        do throws(SystemError) {
            recording = try EngineRecording(request)
        } catch {
            throw StartupError(recordingTo: request.path, error)
        }
        journal.write(.recording(to: request.path, mostBytes: request.mostBytes))
    }

    /// To be called once a turn, behind everything else.
    mutating func keepRecording(at now: Moment) {
        if let ending = recording?.keepUp(with: &engine, at: now.instant) {
            endRecording(because: ending)
        }
    }

    /// What was handed over is still written.
    private mutating func endRecording(because ending: EngineRecording.Ending) {
        guard let path = recording?.path else { return }
        recording?.end(&engine, because: ending)
        recording = nil
        journal.write(.recordingEnded(path, ending))
    }

    /// At the end of everything: waits for the last of it.
    mutating func closeRecording() {
        guard let path = recording?.path else { return }
        if let obstacle = recording?.takeReplies() { return endRecording(because: obstacle) }
        guard let ending = recording?.end(&engine, because: .daemonEnds) else { return }
        let obstacle = awaitRecording(until: Moment.now.instant + Self.recordingPatience)
        recording = nil
        let reason = obstacle ?? ending
        if reason != .daemonEnds { journal.write(.recordingEnded(path, reason)) }
    }

    /// - Returns: Why not all of it is on its disk by then; nil if it is.
    private mutating func awaitRecording(until end: Instant) -> EngineRecording.Ending? {
        while recording?.isBusy ?? false {
            let patience = end - Moment.now.instant
            guard patience > .zero else { return .tooSlow }
            do throws(SystemError) {
                try awaitRecording(for: patience)
            } catch {
                return .failed(error)
            }
            if let obstacle = recording?.takeReplies() { return obstacle }
        }
        return nil
    }

    private func awaitRecording(for patience: Duration) throws(SystemError) {
        var epoll = try Epoll()
        try recording?.watch(by: epoll, token: EventToken(fixed: 0))
        try epoll.wait(timeout: patience)
    }
}
