extension Peers {
    /// Reads the configuration again. Answered when it is in force or refused.
    package struct Reload: NoParameters {
        package static let method = Method.reload

        package init() {}

        package struct Reply: ReplyParameters {
            /// Keys that have changed and can't while the daemon runs.
            package var needsRestart: [String]

            package init(needsRestart: [String]) {
                self.needsRestart = needsRestart
            }

            package func write(to json: inout JSONWriter) {
                json.field("needsRestart", needsRestart)
            }
        }
    }
}
