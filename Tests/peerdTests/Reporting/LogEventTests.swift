import Configuration
import Facts
import Foundation
import Systemd
import Testing

@testable import peerd

@Suite("Each journal entry")
struct LogEventTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test("is among the samples")
    func samplesAreComplete() {
        let seen = Set(SampleReports.entries.map(\.event))
        let missing = LogEvent.allCases.filter { !seen.contains($0) }
        #expect(missing.isEmpty)
    }

    @Test("has a MESSAGE_ID of its own: 128 bits in hexadecimal")
    func messageIDs() {
        let ids = LogEvent.allCases.map(\.messageID)
        #expect(Set(ids).count == ids.count)
        for id in ids {
            #expect(id.count == 32 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        }
    }

    @Test("is explained by the catalogue, which explains nothing else")
    func catalogue() throws {
        let entries = try Self.text("systemd/peerd.catalog").components(separatedBy: "\n-- ")
            .dropFirst()
        let ids = entries.map { String($0.prefix(32)) }
        #expect(Set(ids) == Set(LogEvent.allCases.map(\.messageID)))
        #expect(ids.count == LogEvent.allCases.count)
        for entry in entries {
            let parts = entry.components(separatedBy: "\n\n")
            #expect(parts[0].contains("\nSubject: ") && parts[0].contains("\nDefined-By: peerd"))
            #expect(parts.count >= 3, "\(entry) says what happened and what to do")
        }
    }

    @Test("has no variable in its explanation that it lacks as a field")
    func catalogueVariables() throws {
        for entry in try Self.text("systemd/peerd.catalog").components(separatedBy: "\n-- ")
            .dropFirst()
        {
            let event = LogEvent.allCases.first { entry.hasPrefix($0.messageID) }
            let samples = SampleReports.entries.filter { $0.event == event }
            for match in entry.matches(of: /@([A-Z_]+)@/) {
                for sample in samples {
                    #expect(
                        sample.fields.contains { $0.name.journalField.name == match.1 },
                        "\(sample) lacks \(match.1)"
                    )
                }
            }
        }
    }

    @Test("is documented with its level, and with every field that it has")
    func documentation() throws {
        let lines = try Self.text("docs/journal.md").split(separator: "\n")
        for entry in SampleReports.entries {
            let rows = lines.filter { $0.hasPrefix("| `\(entry.event.word)` |") }
            #expect(rows.count == 1, "\(entry.event.word) in docs/journal.md")
            guard let row = rows.first else { continue }
            let columns = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            // These depend on whose connection it was, on why it ended, and on the configuration.
            let varying: [LogEvent] = [
                .report(.ended), .report(.failed), .notice(.listenersInherited),
                .notice(.misbehaving),
            ]
            if !varying.contains(entry.event) {
                #expect(columns[1] == entry.level.rawValue, "\(entry)")
            }
            for field in entry.fields {
                let name = field.name.journalField.name
                #expect(columns[2].contains("`\(name)`"), "\(entry.event.word): \(name)")
                #expect(!field.value.isEmpty, "\(entry)")
            }
        }
    }

    @Test("is a warning only where an operator must know it, and never by what strangers do")
    func levels() {
        let strangers: Set<LogEvent> = [
            .notice(.misbehaving), .report(.refused), .report(.refusalsSilenced),
            .report(.refusalsSuppressed), .report(.banned), .report(.ended), .report(.accepted),
            .notice(.addressesLearned),
        ]
        for entry in SampleReports.entries where strangers.contains(entry.event) {
            #expect(entry.level == .info || entry.level == .debug, "\(entry)")
        }
        // Thousands may come, and each may misbehave again and again before it is banned.
        #expect(Notice.misbehaving(nil, "", score: 66, isInbound: true).level == .debug)
        #expect(Notice.misbehaving(nil, "", score: 66, isInbound: false).level == .info)
        #expect(Notice.listenersInherited(count: 2, ignored: 0).level == .info)
        #expect(Notice.listenersInherited(count: 2, ignored: 1).level == .warning)
    }

    @Test("has a reason that the documents name")
    func reasons() throws {
        let documents = try Self.text("docs/journal.md")
        for entry in SampleReports.entries {
            for field in entry.fields where field.name == .reason {
                let word = field.value.replacing("cancelled-by-", with: "")
                #expect(documents.contains("`\(word)`"))
            }
        }
        // Also of what no sample has.
        let words =
            Refusal.Name.allCases.map(\.word) + DialFailure.Name.allCases.map(\.word)
            + Ending.Name.allCases.map(\.word)
        for word in words where !word.hasPrefix("cancelled-by-") {
            #expect(documents.contains("`\(word)`"), "docs/journal.md lacks \(word)")
        }
    }

    @Test("is one line for people, with neither the names of cases nor a full stop")
    func messages() {
        for entry in SampleReports.entries {
            #expect(!entry.message.isEmpty && !entry.message.contains("\n"))
            #expect(!entry.message.contains("Optional(") && !entry.message.hasSuffix("."))
        }
    }

    @Test("has only fields that the documents explain")
    func fields() throws {
        let documents = try Self.text("docs/journal.md")
        for field in LogField.allCases {
            #expect(documents.contains("| `\(field.journalField.name)` |"))
        }
    }
}
