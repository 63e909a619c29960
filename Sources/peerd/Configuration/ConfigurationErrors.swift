/// All that is wrong with a configuration, in the order of its sources and of their lines.
struct ConfigurationErrors: Error, Equatable, Sendable {
    /// At least one and at most `ConfigurationProblems.maximum`.
    let problems: [ConfigurationProblem]
    /// How many more there are.
    let omitted: Int
}

extension ConfigurationErrors: CustomStringConvertible {
    /// One problem a line, without a newline at the end.
    var description: String {
        var lines = problems.map(\.description)
        if omitted > 0 { lines.append("and \(omitted) more errors") }
        return lines.joined(separator: "\n")
    }
}
