import Configuration
import PlainText
import Timing

/// One entry of the log: a sentence for people and fields for programs.
struct LogEntry: Equatable, Sendable {
    let event: LogEvent
    let level: Configuration.Log.Level
    var message: String
    var fields: [Field] = []

    /// What is written of the message, which may have names of files, peers and groups in it: it
    /// has several lines only where it lists what is wrong, and nothing in them is shown as
    /// something else than it is.
    func shownMessage(joiningLinesBy separator: String) -> String {
        message.printableLines(joinedBy: separator)
    }

    struct Field: Equatable, Sendable {
        let name: LogField
        let value: String

        init(_ name: LogField, _ value: some CustomStringConvertible) {
            self.name = name
            self.value = value.description.printable
        }

        /// A length of time, in microseconds.
        init(_ name: LogField, _ duration: Duration) {
            self.init(name, duration.clampedMicroseconds)
        }
    }
}
