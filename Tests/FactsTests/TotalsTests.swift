import Addressing
import Facts
import Testing
import Timing

@Suite("The totals")
struct TotalsTests {
    private func subject(_ kind: Kind, isPersistent: Bool = false) -> Subject {
        let address = PeerAddress(IPAddress(v4: 0x0b00_0001), port: 1)
        return Subject(
            id: ConnectionID(number: 1, slot: 0),
            kind: kind,
            isPersistent: isPersistent,
            target: .address(address),
            address: address
        )
    }

    /// What isn't 0, in words.
    private func words(_ totals: Totals) -> [String] {
        totals.all.filter { $0.count > 0 }.map { key, count in
            let words = [key.event.word, key.kind?.word, key.cause?.word].compactMap { $0 }
            return "\(words.joined(separator: " ")) \(count)"
        }
    }

    @Test("count each report under its event, kind and cause")
    func counts() {
        var totals = Totals()
        let reports: [Report] = [
            .accepted(subject(.inbound)),
            .failed(subject(.outbound), .refused),
            .failed(subject(.manual), .refused),
            .failed(subject(.manual, isPersistent: true), .timedOut(after: .seconds(1))),
            .failedAgain(subject(.manual, isPersistent: true), .timedOut(after: .seconds(9))),
            .ended(subject(.inbound), .session(.slow), after: .zero, wasReady: true),
            .ended(subject(.inbound), .io(errno: 1), after: .zero, wasReady: true),
            .ended(subject(.inbound), .io(errno: 2), after: .zero, wasReady: false),
            .persistentWaiting(subject(.manual, isPersistent: true), .noRoute, every: .zero),
            .refused(PeerAddress(IPAddress(v4: 1), port: 1), .shuttingDown),
            .networkActive(true), .networkActive(false), .networkActive(true),
        ]
        for report in reports { totals.count(report) }
        #expect(
            words(totals)
                == [
                    "accepted inbound 1", "connection-failed outbound refused 1",
                    "connection-failed manual refused 1",
                    "connection-failed persistent timed-out 2",
                    "disconnected inbound slow 1", "disconnected inbound io 2",
                    "persistent-waiting no-route 1", "refused shutting-down 1", "network-active 2",
                    "network-inactive 1",
                ].sorted { order(of: $0) < order(of: $1) }
        )
        #expect(totals[.failed] == 4 && totals[.ended] == 3 && totals[.ready] == 0)
        #expect(totals.all.reduce(0) { $0 + $1.count } == UInt64(reports.count))
    }

    /// Where the table has what a line of words begins with.
    private func order(of line: String) -> Int {
        let keys = Totals.keys.map { key in
            [key.event.word, key.kind?.word, key.cause?.word].compactMap { $0 }
                .joined(separator: " ")
        }
        let key = line.split(separator: " ").dropLast().joined(separator: " ")
        return keys.firstIndex(of: key) ?? -1
    }

    @Test("have one place for each key, and a key for each event")
    func keys() {
        #expect(Set(Totals.keys).count == Totals.keys.count)
        #expect(Set(Totals.keys.map(\.event)) == Set(Report.Name.allCases))
    }
}
