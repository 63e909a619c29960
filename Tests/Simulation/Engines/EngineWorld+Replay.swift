internal import ConnectionCore
import Engine
internal import Timing

/// Some daemons are recorded in memory, and replayed when they end, whichever way: what they then
/// decide is what they decided. So an input that isn't recorded, or not all of it, is found.
extension EngineWorld {
    /// What is recorded of a process: of most nothing, of some without the bytes. No chance is
    /// drawn for it.
    func recording(of number: Int) -> RecordingWish? {
        guard scenario.recordsEvery > 0 else { return nil }
        let place = Int(seed % 1_000) + number
        guard place % scenario.recordsEvery == 0 else { return nil }
        let keepsBytes = (place / scenario.recordsEvery) % 2 == 0
        return RecordingWish(keepsBytes: keepsBytes, version: "simulated")
    }

    /// Replays what was recorded of a process, if anything was.
    func checkReplay(of process: EngineProcess) {
        guard process.engine.recordedBytes > 0 else { return }
        let content = process.engine.takeRecording(into: [])
        process.engine.stopRecording()
        do throws(RecordError) {
            var replay = try Replay(
                Recording.beginning + Recording.head(ofBlock: content) + content
            )
            tally.count(replay.head.keepsBytes ? "replayed" : "replayed without bytes")
            while let turn = try replay.next() {
                guard turn.isSame else { return differ(turn, process) }
                tally.count("inputs replayed")
            }
            guard replay.engine.totals == process.engine.totals,
                replay.engine.traffic == process.engine.traffic
            else { return breakPromise("a replay of \(process.number) has other totals") }
        } catch {
            breakPromise("what was recorded of \(process.number) can't be read: \(error)")
        }
    }

    private func differ(_ turn: Replay.Turn, _ process: EngineProcess) {
        let place = turn.firstDifferentStep.map { "step \($0 + 1)" } ?? "its answer"
        breakPromise(
            "a replay of \(process.number) differs at input \(turn.number), \(turn.input), "
                + "in \(place): recorded \(turn.recordedMarks.map(\.text)) "
                + "\(turn.recordedAnswer ?? ""), decided \(turn.marks.map(\.text)) "
                + "\(turn.answer ?? "")\(turn.isShort ? ", with more chance" : "")"
                + (turn.isIdle ? ", nothing being due" : "")
        )
    }

    /// To be thrown by whoever can.
    private func breakPromise(_ what: String) { broken = broken ?? BrokenPromise(what) }
}
