internal import Addressing
internal import ConnectionCore
internal import DecredWire
internal import Facts
internal import Timing

/// What a step was, in a recording: of which kind, and a digest of all that stands in it.
package struct StepMark: Equatable, Sendable {
    let kind: UInt8
    let digest: UInt32

    /// `report disconnected`, with the digest's digits where two of a kind are to be told apart.
    package var text: String { "\(Step.word(ofKind: kind)) [\(String(digest, radix: 16))]" }
}

extension Step {
    /// Where the kinds of reports begin, in the order of their names.
    private static let firstReport: UInt8 = 16
    private static let words = [
        "resolve", "dial", "send", "close", "remark", "answer", "store",
    ]

    /// Its place in `words`, or of a report's name behind `firstReport`.
    var kind: UInt8 {
        switch self {
        case .resolve: 0
        case .dial: 1
        case .send: 2
        case .close: 3
        case .remark: 4
        case .answer: 5
        case .store: 6
        case .report(let report, _):
            Self.firstReport + UInt8(truncatingIfNeeded: report.name.ordinal)
        }
    }

    static func word(ofKind kind: UInt8) -> String {
        if Int(kind) < words.count { return words[Int(kind)] }
        let name = Report.Name.allCases.dropFirst(Int(kind) - Int(firstReport)).first
        guard kind >= firstReport, let name else { return "step \(kind)" }
        return "report \(name.word)"
    }

    /// Writes all that stands in it, to be told from other steps: never to be read.
    ///
    /// `bytes` are what ranges are of; nil where only their length counts.
    func put(to record: inout some RecordSink, bytes: [UInt8]?) {
        switch self {
        case .resolve(let attempt, let name, let waiter):
            record.put(attempt)
            record.put(name)
            record.put(waiter?.number ?? -1)
        case .dial(let attempt, let address):
            record.put(attempt)
            record.put(address)
        case .send(let id, let range):
            record.put(id)
            record.put(range.count)
            if let bytes {
                record.put(
                    fixed: unsafe RecordDigest.of(bytes.span.bytes.extracting(range))
                )
            }
        case .close(let id): record.put(id)
        case .report(let report, let details):
            report.put(to: &record)
            details.put(to: &record)
        case .remark(let remark): record.put("\(remark)")
        case .answer(let waiter, let result):
            record.put(waiter.number)
            record.put("\(result)")
        case .store(let request): request.put(to: &record)
        }
    }
}

extension StoreRequest {
    fileprivate func put(to record: inout some RecordSink) {
        switch self {
        case .load: record.put(byte: 0)
        case .apply(let changes):
            record.put(byte: 1)
            for change in changes { change.put(to: &record) }
        case .replace(let snapshot):
            record.put(byte: 2)
            record.put(snapshot.peers)
            record.put(snapshot.bans)
        case .check: record.put(byte: 3)
        }
    }
}

extension StateChange {
    fileprivate func put(to record: inout some RecordSink) {
        switch self {
        case .addPeer(let peer):
            record.put(byte: 0)
            record.put(peer)
        case .removePeer(let target):
            record.put(byte: 1)
            record.put(target)
        case .putBan(let ban):
            record.put(byte: 2)
            record.put(ban)
        case .removeBan(let prefix):
            record.put(byte: 3)
            record.put(prefix)
        case .removeBansEnded(let time):
            record.put(byte: 4)
            record.put(time)
        }
    }
}

extension ReportDetails {
    fileprivate func put(to record: inout some RecordSink) {
        switch self {
        case .none: record.put(byte: 0)
        case .ended(let traffic, let reason):
            record.put(byte: 1)
            record.put(traffic.received)
            record.put(traffic.sent)
            record.put(reason != nil)
            if let reason { record.put(reason) }
        case .introduced(let peer):
            record.put(byte: 2)
            record.put(peer.services)
            record.put(peer.protocolVersion)
            record.put(peer.userAgent)
        }
    }
}

extension Subject {
    fileprivate func put(to record: inout some RecordSink) {
        record.put(id)
        record.put(byte: kind.rawValue << 1 | (isPersistent ? 1 : 0))
        switch target {
        // Then that is its address.
        case .address(let target): record.put(target)
        case .name(let name):
            record.put(name)
            record.put(address)
        }
    }
}

extension Report {
    /// The name is the step's kind. What comes with each connection is written by its parts; of the
    /// others a sentence says as much.
    fileprivate func put(to record: inout some RecordSink) {
        switch self {
        case .attempting(let subject), .connected(let subject), .accepted(let subject),
            .ready(let subject), .persistentAdded(let subject), .persistentAdopted(let subject),
            .persistentRemoved(let subject):
            subject.put(to: &record)
        case .failed(let subject, let failure), .failedAgain(let subject, let failure):
            subject.put(to: &record)
            record.put(failure)
        case .ended(let subject, let ending, let lasted, let wasReady):
            subject.put(to: &record)
            record.put(ending)
            record.put(lasted)
            record.put(wasReady)
        case .retrying(let subject, let delay, let retries):
            subject.put(to: &record)
            record.put(delay)
            record.put(retries)
        case .refused(let address, let refusal):
            record.put(address)
            record.put(refusal.name)
            record.put(refusal.sentence(.plain))
        case .banned(let ban, let closed):
            record.put(ban)
            record.put(closed)
        case .unbanned(let prefix): record.put(prefix)
        case .persistentWaiting(let subject, _, _), .hangingUp(let subject, _),
            .persistentDown(let subject, _, _):
            subject.put(to: &record)
            record.put(sentence(.plain))
        case .refusalsSilenced, .refusalsSuppressed, .outboundPaused, .nobodyToDial, .targetMissed,
            .resourcesExhausted, .bansSilenced, .bansSuppressed, .networkActive, .shuttingDown:
            record.put(sentence(.plain))
        }
    }
}

extension Wording {
    /// The same everywhere, without the system's words for its errors.
    static let plain = Wording(systemError: { "error \($0)" })
}
