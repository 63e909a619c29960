import Control
import Facts

extension Peers.Event {
    /// The time, and the journal's sentence.
    func line(seenFrom viewpoint: Viewpoint) -> Text {
        let sentence: Text =
            switch content {
            case .monitoring: "Monitoring"
            case .report(let report):
                Text(report.sentence(viewpoint.wording), report.name.style)
            case .missed(let count):
                Text(
                    "Missed \(counted(count, "event")): they came faster than they were read",
                    .pending
                )
            }
        return Text(viewpoint.date(timeUnixUSec), .faint) + "  " + sentence
    }
}

extension Report.Name {
    fileprivate var style: Style {
        switch self {
        case .ready, .networkActive: .good
        case .retrying, .persistentWaiting, .hangingUp, .nobodyToDial, .refusalsSilenced,
            .refusalsSuppressed, .bansSilenced, .bansSuppressed:
            .pending
        case .failed, .ended, .refused, .outboundPaused, .resourcesExhausted, .persistentDown,
            .targetMissed, .banned, .networkInactive, .shuttingDown:
            .bad
        case .attempting, .connected, .accepted, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .unbanned:
            .plain
        }
    }
}
