package import Facts
import PlainText

extension Peers {
    /// One thing that happened, or that concerns the monitor alone.
    package struct Event: Equatable, Sendable {
        package var timeUnixUSec: Int64
        package var content: Content

        package init(timeUnixUSec: Int64, _ content: Content) {
            self.timeUnixUSec = timeUnixUSec
            self.content = content
        }

        package enum Content: Equatable, Sendable {
            /// The monitor has begun: what comes after isn't missed without being told.
            case monitoring
            case report(Report)
            /// The client was too slow: so many events are gone.
            case missed(count: UInt64)
        }
    }

    /// What a monitor is told, under the names of the journal's PEERD_EVENT.
    package enum EventName: Hashable, Sendable {
        case monitoring
        case report(Report.Name)
        case missed
    }
}

extension Peers.Event {
    package var name: Peers.EventName {
        switch content {
        case .monitoring: .monitoring
        case .report(let report): .report(report.name)
        case .missed: .missed
        }
    }
}

extension Peers.EventName: CaseIterable {
    package static var allCases: [Peers.EventName] {
        [.monitoring] + Report.Name.allCases.map { .report($0) } + [.missed]
    }

    /// `connection-failed`
    package var word: String {
        switch self {
        case .monitoring: "monitoring"
        case .report(let name): name.word
        case .missed: "missed"
        }
    }

    /// `connectionFailed`, as messages have it.
    package var camelCase: String {
        switch self {
        case .monitoring, .missed: word
        case .report(let name): name.camelCase
        }
    }
}

extension Peers.EventName: Decodable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard text.isWord, let name = Self.allCases.first(where: { $0.camelCase == text }) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no event's name")
            )
        }
        self = name
    }
}
