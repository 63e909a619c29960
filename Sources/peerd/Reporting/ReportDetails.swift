/// What the shell knows of something that the core reports.
struct ReportDetails: Sendable {
    /// What went over a connection that ended.
    var bytesIn: UInt64?
    var bytesOut: UInt64?
    /// For people, behind the message.
    var text: String?
    /// Further ones.
    var fields: [LogEntry.Field] = []
}
