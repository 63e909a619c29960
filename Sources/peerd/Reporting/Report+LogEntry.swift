import Addressing
import Configuration
import ConnectionCore
import Facts
import Timing

/// A report as an entry of the journal.
///
/// At `info` stands what operators act on or ask about: peers of theirs that come and go, retries,
/// refusals, bans, trouble. Every attempt, and the coming and going of inbound peers, is `debug`:
/// at thousands a second the journal would cost more than the connection.
extension Report {
    /// Cheap, so that nothing is put together that isn't written.
    var level: Configuration.Log.Level {
        switch self {
        case .attempting, .accepted, .failedAgain:
            .debug
        case .connected, .retrying, .persistentWaiting, .hangingUp, .nobodyToDial, .persistentAdded,
            .persistentAdopted, .persistentRemoved,
            .refused, .refusalsSilenced, .refusalsSuppressed, .outboundPaused, .banned, .unbanned,
            .bansSilenced, .bansSuppressed,
            .networkActive, .shuttingDown:
            .info
        case .ready(let subject):
            Self.level(of: subject)
        case .failed(let subject, let failure):
            // One of many attempts; what the operator named is worth a line, unless another says
            // that it is tried again and again.
            subject.kind == .manual && !(subject.isPersistent && failure.blamesNobody)
                ? .info : .debug
        case .ended(let subject, let ending, _, _):
            ending == .shutdown ? .debug : Self.level(of: subject)
        case .resourcesExhausted, .persistentDown, .targetMissed:
            .warning
        }
    }

    private static func level(of subject: Subject) -> Configuration.Log.Level {
        switch subject.kind {
        case .inbound, .feeler: .debug
        case .outbound, .manual: .info
        }
    }

    var entry: LogEntry { entry(with: ReportDetails()) }

    func entry(with details: ReportDetails) -> LogEntry {
        var entry = LogEntry(
            event: .report(name),
            level: level,
            message: sentence(.journal),
            fields: fields
        )
        entry.fields += details.fields
        if let bytes = details.bytesIn { entry.fields.append(.init(.bytesIn, bytes)) }
        if let bytes = details.bytesOut { entry.fields.append(.init(.bytesOut, bytes)) }
        if let text = details.text {
            entry.message += ": \(text)"
            entry.fields.append(.init(.detail, text))
        }
        return entry
    }
}
