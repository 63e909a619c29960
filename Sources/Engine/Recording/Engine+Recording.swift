internal import Addressing
internal import ConnectionCore
internal import DecredWire
internal import Facts
internal import Timing

/// What is recorded of an engine, by whom it is asked for.
package struct RecordingWish: Sendable {
    /// Whether the bytes that peers send are recorded, or only that there were so many.
    package let keepsBytes: Bool
    /// Of this program.
    package let version: String

    package init(keepsBytes: Bool, version: String) {
        self.keepsBytes = keepsBytes
        self.version = version
    }
}

/// Recording what goes in, and giving it again.
extension Engine {
    /// Bytes that were recorded and not taken.
    package var recordedBytes: Int { recorder?.writer.count ?? 0 }

    /// More came in one turn than is kept: what was recorded ends before it.
    package var isRecordingOverrun: Bool { recorder?.isOverrun ?? false }

    /// Takes what was recorded since the last time: whole records. `buffer` is used for what
    /// follows; what was taken before, say.
    package mutating func takeRecording(into buffer: consuming [UInt8]) -> [UInt8] {
        recorder?.take(into: buffer) ?? []
    }

    /// From now on nothing is recorded any more.
    package mutating func stopRecording() {
        recorder = nil
        chance.isRecorded = false
    }

    // MARK: While it is called

    /// Records an input whose steps come behind those that are pending. To be called first, and
    /// `noteOutcome` last, by whatever changes the engine.
    mutating func note(_ input: @autoclosure () -> EngineInput, at now: Moment?, _ before: Int) {
        recorder?.begin(input(), at: now, before)
    }

    mutating func noteOutcome(_ steps: borrowing Steps, _ answer: @autoclosure () -> String? = nil)
    {
        guard recorder != nil else { return }
        noteDraws()
        recorder?.end(steps, answer: answer())
    }

    /// The same of an input that leads to no steps.
    mutating func noteOutcome() {
        guard recorder != nil else { return }
        noteDraws()
        recorder?.endAlone()
    }

    private mutating func noteDraws() {
        guard !chance.drawn.isEmpty else { return }
        recorder?.noteDraws(chance.drawn)
        chance.forgetDrawn()
    }

    /// Records a call that may be refused, with its answer: of one that strangers bring about only
    /// why it was refused, since its reports say the rest and texts take time.
    @inline(__always)
    mutating func recorded<Answer>(
        _ input: @autoclosure () -> EngineInput,
        at now: Moment,
        _ steps: inout Steps,
        isFrequent: Bool = false,
        _ call: (inout Engine, inout Steps) throws(Refusal) -> Answer
    ) throws(Refusal) -> Answer {
        note(input(), at: now, steps.pending.count)
        do throws(Refusal) {
            let answer = try call(&self, &steps)
            noteOutcome(steps, isFrequent ? nil : "\(answer)")
            return answer
        } catch {
            noteOutcome(steps, isFrequent ? error.name.word : error.sentence(.plain))
            throw error
        }
    }

    // MARK: Replaying

    /// As the one was that was recorded.
    init(replaying head: Recording.Head) {
        self.init(
            policy: head.policy,
            addresses: head.addresses,
            drawing: .replayed(head.draws),
            keepsState: head.keepsState,
            recording: RecordingWish(keepsBytes: head.keepsBytes, version: head.version)
        )
    }

    /// What chance and sessions gave then is what they give now.
    mutating func prepare(for record: Record, told: Bool) {
        chance = .replayed(record.draws)
        chance.isRecorded = true
        self.told = told ? record.told : nil
    }

    /// More was asked of chance or of sessions than there is.
    var isShort: Bool { chance.isShort || told?.isShort ?? false }

    /// Records an input that can't be given.
    mutating func skip(_ input: EngineInput, at now: Moment) {
        note(input, at: now, 0)
        noteOutcome()
    }

    /// Gives an input again, but for `lendAddresses` and `reload`, between which somebody makes a
    /// list. What is answered is recorded.
    mutating func perform(_ input: EngineInput, at now: Moment, _ steps: inout Steps) {
        do throws(Refusal) {
            try performThrowing(input, at: now, &steps)
        } catch {
            // It is among what is recorded.
        }
    }

    private mutating func performThrowing(
        _ input: EngineInput,
        at now: Moment,
        _ steps: inout Steps
    ) throws(Refusal) {
        switch input {
        case .accept(let arrival): _ = try accept(arrival, at: now, &steps)
        case .localAddress(let id, let local): noteLocalAddress(of: id, local, at: now, &steps)
        case .open(let id): open(id, at: now, &steps)
        case .receive(let id, .bytes(let bytes)):
            unsafe receive(bytes.span.bytes, from: id, at: now, &steps)
        case .receive(let id, .told(let count, let digest)):
            receive(count, digest, from: id, at: now, &steps)
        case .discard(let id, let count): noteDiscarded(count, from: id)
        case .sent(let id, let waiting, let moment):
            noteSent(to: id, waiting: waiting, at: moment, now: now)
        case .event(let event): handle(event, at: now, &steps)
        case .deadlines: handleDeadlines(at: now, &steps)
        case .shutDown: shutDown(at: now, &steps)
        case .connect(let target, let limit, let waiter):
            _ = try connect(target, within: limit, for: waiter, at: now, &steps)
        case .abandon(let id, let waiter): abandon(id, by: waiter, at: now, &steps)
        case .addPersistent(let target): _ = try addPersistent(target, at: now, &steps)
        case .disconnect(let selector, let limit):
            _ = try disconnect(selector, limit: limit, at: now, &steps)
        case .remove(let selector): _ = try remove(selector, at: now, &steps)
        case .ban(let prefix, let duration, let replacing):
            _ = try ban(prefix, for: duration, replacing: replacing, at: now, &steps)
        case .unban(let prefix): try unban(prefix, at: now, &steps)
        case .networkActive(let isActive): try setNetworkActive(isActive, at: now, &steps)
        case .addAddresses(let targets): _ = try add(targets, at: now, &steps)
        case .forgetLentAddresses: forgetLentAddresses()
        case .keepConfiguredPeers: _ = keepConfiguredPeers(at: now, &steps)
        case .keepState: keepState(at: now, &steps)
        case .stored(let answer, let settingAside):
            _ = finishStoring(answer, settingAside: settingAside, at: now, &steps)
        case .lendAddresses, .reload: preconditionFailure("a list is made between the two")
        }
    }
}
