import Addressing
import Configuration
import ConnectionCore
import Engine
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

    func entry(with details: ReportDetails = .none) -> LogEntry {
        var entry = LogEntry(
            event: .report(name),
            level: level,
            message: sentence(.journal),
            fields: fields
        )
        switch details {
        case .none:
            break
        case .ended(let traffic, let reason):
            entry.fields += [.init(.bytesIn, traffic.received), .init(.bytesOut, traffic.sent)]
            if let reason { entry.explain(reason) }
        case .introduced(let peer):
            entry.fields += [
                .init(.userAgent, peer.userAgent), .init(.services, peer.services),
                .init(.protocolVersion, peer.protocolVersion),
            ]
            entry.explain(peer.userAgent)
        }
        return entry
    }
}

extension LogEntry {
    /// Says more, for people behind the message.
    fileprivate mutating func explain(_ text: String) {
        message += ": \(text)"
        fields.append(.init(.detail, text))
    }
}
