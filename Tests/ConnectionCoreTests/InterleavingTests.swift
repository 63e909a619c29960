import Addressing
import ConnectionCore
import Facts
import Testing
import Timing

/// What races in the real world, in every order: whatever comes first, there is at most one
/// connection to an address, and what was given up doesn't come back. The manager's own checks see
/// to that after each step.
@Suite("In every order of events and commands")
struct InterleavingTests {
    enum Step: CaseIterable {
        case connect, addPersistent, disconnect, remove, admit, succeed, fail, lose, pass, late
    }

    private static let remote = "203.0.113.7:9108"

    @Test("an address has at most one connection", arguments: Step.allCases)
    func oneAddress(first: Step) {
        for second in Step.allCases {
            for third in Step.allCases {
                for fourth in Step.allCases {
                    let run = Run()
                    for step in [first, second, third, fourth, .succeed, .late] { run.take(step) }
                    guard run.manager.table.count > 1 else { continue }
                    Issue.record("\(first), \(second), \(third), \(fourth)")
                }
            }
        }
    }

    /// One order.
    private final class Run {
        let manager = TestManager()
        /// Every attempt that there ever was.
        private var attempts: [DialAttempt] = []

        func take(_ step: Step) {
            let connection = manager.connections.first
            switch step {
            case .connect: _ = refusal { try manager.connect(remote) }
            case .addPersistent: _ = refusal { try manager.addPersistent(remote) }
            case .disconnect: _ = refusal { try manager.disconnect(.address(remote)) }
            case .remove: _ = refusal { try manager.remove(.address(remote)) }
            case .admit: _ = refusal { try manager.admit(remote) }
            case .succeed:
                if let connection, connection.isDialing { manager.succeed(connection.id) }
            case .fail:
                if let connection, connection.isDialing { manager.fail(connection.id) }
            case .lose:
                if let connection, connection.establishedSince != nil {
                    manager.lose(connection.id)
                }
            case .pass: manager.run(for: .seconds(5))
            case .late: tellLate()
            }
            if let id = manager.connections.first?.id, let attempt = manager.attempt(of: id) {
                attempts.append(attempt)
            }
        }

        /// Answers every attempt that isn't the present one, and expects nothing of it.
        private func tellLate() {
            let present = manager.connections.first.flatMap { manager.attempt(of: $0.id) }
            let before = manager.trace
            for attempt in attempts where attempt != present {
                manager.tell(.dialSucceeded(attempt, local: address("192.0.2.1:50000")))
                manager.tell(.dialFailed(attempt, .refused))
                manager.tell(.resolved(attempt, [address("203.0.113.8:9108")]))
            }
            if manager.trace != before { Issue.record("a late answer: \(manager.trace)") }
        }
    }
}
