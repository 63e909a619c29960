/// All that is wrong with a configuration, in the order of its sources and of their lines.
struct ConfigurationErrors: Error, Equatable, Sendable {
    /// At least one and at most `ConfigurationProblems.maximum`.
    let problems: [ConfigurationProblem]
    /// How many more there are.
    let omitted: Int
}

extension ConfigurationErrors: CustomStringConvertible {
    /// One problem a line, without a newline at the end.
    var description: String { lines.joined(separator: "\n") }

    /// At least one.
    var lines: [String] {
        let more = omitted > 0 ? ["and \(omitted) more errors"] : []
        return problems.map(\.description) + more
    }
}
