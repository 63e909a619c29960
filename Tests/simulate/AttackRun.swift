internal import ArgumentParser
internal import Simulation

/// What an attacker gets of a node's address book, by our rules and by those of others.
enum AttackRun {
    /// Prints the means of so many networks of each kind, and fails where ours are out of bounds.
    static func measure(networks: Int) throws {
        Output.write(
            "| groups | rules | share of picks | slots of 8 | failed dials | honest tried |"
        )
        Output.write("|---|---|--:|--:|--:|--:|")
        var complaints: [String] = []
        for attack in EclipseWorld.Attack.allCases {
            var outcomes: [EclipseWorld.Rules: EclipseWorld.Outcome] = [:]
            for rules in EclipseWorld.Rules.allCases {
                let outcome = EclipseWorld.mean(rules, attack, networks: networks)
                outcomes[rules] = outcome
                let cells = [
                    "\(attack.groups)", rules.rawValue, hundredths(outcome.share),
                    hundredths(outcome.slots), hundredths(outcome.failedDials),
                    hundredths(outcome.honestTried),
                ]
                Output.write("| " + cells.joined(separator: " | ") + " |")
            }
            if let ours = outcomes[.ours], let core = outcomes[.core] {
                complaints += attack.complaints(of: ours, beside: core)
            }
        }
        guard complaints.isEmpty else {
            for complaint in complaints { Output.write(complaint) }
            throw ExitCode.failure
        }
        Output.write("within the bounds")
    }

    private static func hundredths(_ number: Double) -> String {
        let count = Int((number * 100).rounded())
        let rest = count % 100
        return "\(count / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
