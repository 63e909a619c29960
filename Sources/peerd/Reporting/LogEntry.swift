import Timing

/// One entry of the log: a sentence for people and fields for programs.
struct LogEntry: Equatable, Sendable {
    let event: LogEvent
    let level: Configuration.Log.Level
    var message: String
    var fields: [Field] = []

    struct Field: Equatable, Sendable {
        let name: LogField
        let value: String

        init(_ name: LogField, _ value: some CustomStringConvertible) {
            self.name = name
            self.value = value.description
        }

        /// A length of time, in microseconds.
        init(_ name: LogField, _ duration: Duration) {
            self.init(name, duration.clampedMicroseconds)
        }
    }
}
