import Timing

/// The fields of an entry besides MESSAGE, PRIORITY, MESSAGE_ID and PEERD_EVENT.
enum JournalField: String, CaseIterable, Sendable {
    /// The id of a connection, which it keeps over all its reconnects.
    case connection = "PEERD_CONNECTION"
    /// `address:port` of the peer; `name:port` while a name has no address.
    case peer = "PEERD_PEER"
    /// `name:port`, of a peer that was given by name.
    case name = "PEERD_NAME"
    /// inbound, outbound, manual or feeler.
    case kind = "PEERD_KIND"
    /// Why, as one word that doesn't change: `timed-out`, `per-host`.
    case reason = "PEERD_REASON"
    case retries = "PEERD_RETRIES"
    /// How long something lasted or will last.
    case duration = "PEERD_DURATION_USEC"
    /// The configuration's key that led to a refusal.
    case rule = "PEERD_RULE"
    /// The number that the rule allows.
    case limit = "PEERD_LIMIT"
    /// How many of whatever the message speaks of.
    case count = "PEERD_COUNT"
    /// A banned prefix.
    case prefix = "PEERD_PREFIX"
    /// The end of a ban, in microseconds since 1970.
    case until = "PEERD_UNTIL_USEC"
    /// The number of the system's error.
    case errno = "ERRNO"
    /// An address that is listened on.
    case listener = "PEERD_LISTENER"
}

/// One entry of the journal: a sentence for people and fields for programs.
struct JournalEntry: Equatable, Sendable {
    let event: JournalEvent
    let level: Configuration.Log.Level
    let message: String
    var fields: [Field] = []

    struct Field: Equatable, Sendable {
        let name: JournalField
        let value: String

        init(_ name: JournalField, _ value: some CustomStringConvertible) {
            self.name = name
            self.value = value.description
        }

        /// A length of time, in microseconds.
        init(_ name: JournalField, _ duration: Duration) {
            self.init(name, duration.clampedMicroseconds)
        }
    }
}
