/// How often each thing was reported since the start: a fixed table, in which a report is counted
/// under what happened, to which kind of connection, and why. 2 KB.
package struct Totals: Equatable, Sendable {
    /// Under what a report is counted.
    package struct Key: Hashable, Sendable {
        package let event: Report.Name
        /// Nil where the event says it, or is of no connection.
        package let kind: ShownKind?
        /// Nil where there is none to tell.
        package let cause: CauseName?

        package init(_ event: Report.Name, _ kind: ShownKind? = nil, _ cause: CauseName? = nil) {
            self.event = event
            self.kind = kind
            self.cause = cause
        }
    }

    /// Everything that can be counted, in the order in which it is told.
    package static let keys = Report.Name.allCases.flatMap { Shape($0).keys }
    /// Where the keys of each event begin, by its ordinal.
    private static let beginnings = Report.Name.allCases.reduce(into: [0]) {
        $0.append($0[$0.count - 1] + Shape($1).keys.count)
    }

    /// How many causes are told apart for each kind, by the event's ordinal.
    private static let widths = Report.Name.allCases.map { Shape($0).causes.all.count }

    /// In the order of `keys`.
    private var counts = [UInt64](repeating: 0, count: keys.count)

    package init() {}

    /// All of them, in the order of `keys`.
    package var all: [(key: Key, count: UInt64)] { Array(zip(Self.keys, counts)) }

    /// How often an event was, of whatever kind and cause.
    package subscript(event: Report.Name) -> UInt64 {
        let (beginning, end) = (Self.beginnings[event.ordinal], Self.beginnings[event.ordinal + 1])
        return counts[beginning..<end].reduce(0, +)
    }

    package mutating func count(_ report: Report) {
        let key = report.key
        let event = key.event.ordinal
        let kind = key.kind?.ordinal ?? 0
        counts[Self.beginnings[event] + kind * Self.widths[event] + (key.cause?.ordinal ?? 0)] += 1
    }
}

/// By what the reports of one event are told apart.
private struct Shape {
    let event: Report.Name
    let hasKinds: Bool
    let causes: CauseName.List

    init(_ event: Report.Name) {
        self.event = event
        switch event {
        case .attempting, .connected, .accepted, .ready:
            (hasKinds, causes) = (true, .none)
        case .failed:
            (hasKinds, causes) = (true, .failures)
        case .ended:
            (hasKinds, causes) = (true, .endings)
        case .persistentWaiting:
            (hasKinds, causes) = (false, .failures)
        case .refused:
            (hasKinds, causes) = (false, .refusals)
        case .retrying, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned, .bansSilenced,
            .bansSuppressed, .networkActive, .networkInactive, .shuttingDown:
            (hasKinds, causes) = (false, .none)
        }
    }

    var keys: [Totals.Key] {
        let kinds: [ShownKind?] = hasKinds ? ShownKind.allCases : [nil]
        return kinds.flatMap { kind in causes.all.map { Totals.Key(event, kind, $0) } }
    }
}

extension Report {
    /// Under what it is counted.
    package var key: Totals.Key {
        switch self {
        case .attempting(let subject), .connected(let subject), .accepted(let subject),
            .ready(let subject):
            .init(name, subject.shownKind)
        case .failed(let subject, let failure), .failedAgain(let subject, let failure):
            .init(name, subject.shownKind, .failed(failure.name))
        case .ended(let subject, let ending, _, _):
            .init(name, subject.shownKind, .ended(ending.name))
        case .persistentWaiting(_, let failure, _):
            .init(name, nil, .failed(failure.name))
        case .refused(_, let refusal):
            .init(name, nil, .refused(refusal.name))
        case .retrying, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned, .bansSilenced,
            .bansSuppressed, .networkActive, .shuttingDown:
            .init(name)
        }
    }
}
