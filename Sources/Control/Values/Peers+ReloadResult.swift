extension Peers {
    /// What came of the last reload.
    package struct ReloadResult: WireObject {
        package var endedUnixUSec: Int64
        /// Whether the new configuration is in force; otherwise nothing was changed.
        package var inForce: Bool
        /// What was wrong, at most `Bounds.reloadProblems` and a last line that counts the others.
        package var problems: [String]
        /// Keys that have changed and can't while the daemon runs.
        package var needsRestart: [String]

        package init(
            endedUnixUSec: Int64,
            inForce: Bool,
            problems: [String] = [],
            needsRestart: [String] = []
        ) {
            self.endedUnixUSec = endedUnixUSec
            self.inForce = inForce
            self.problems = problems
            self.needsRestart = needsRestart
        }

        package func write(to json: inout JSONWriter) {
            json.field("endedUnixUSec", endedUnixUSec)
            json.field("inForce", inForce)
            json.field("problems", problems)
            json.field("needsRestart", needsRestart)
        }
    }
}
