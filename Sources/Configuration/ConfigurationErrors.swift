/// All that is wrong with a configuration, in the order of its sources and of their lines.
package struct ConfigurationErrors: Error, Equatable, Sendable {
    /// At least one and at most `ConfigurationProblems.maximum`.
    package let problems: [ConfigurationProblem]
    /// How many more there are.
    package let omitted: Int

    package init(problems: [ConfigurationProblem], omitted: Int) {
        self.problems = problems
        self.omitted = omitted
    }
}

extension ConfigurationErrors: CustomStringConvertible {
    /// One problem a line, without a newline at the end.
    package var description: String { lines.joined(separator: "\n") }

    /// At least one.
    package var lines: [String] {
        let more = omitted > 0 ? ["and \(omitted) more errors"] : []
        return problems.map(\.description) + more
    }
}
