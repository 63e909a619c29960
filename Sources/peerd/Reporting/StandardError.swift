import Configuration
import LinuxIO
import PlainText

/// Standard error for what is said where no loop runs: it waits until the line is out.
enum StandardError {
    /// A line as the log has it.
    static func write(_ level: Configuration.Log.Level, _ text: String) {
        write(line: level.line(text, onTerminal: StandardStream.errors.isTerminal))
    }

    /// It may have names and texts of files in it, and several lines.
    ///
    /// Nobody can be told that standard error is closed, so an error ends the line and nothing
    /// else.
    static func write(line: String) {
        try? StandardStream.errors.write(Array("\(line.printableLines())\n".utf8))
    }
}
