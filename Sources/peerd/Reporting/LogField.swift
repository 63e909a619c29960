import Systemd

/// The fields of an entry besides MESSAGE, PRIORITY, MESSAGE_ID and PEERD_EVENT.
enum LogField: CaseIterable, Sendable {
    /// The id of a connection, which it keeps over all its reconnects.
    case connection
    /// `address:port` of the peer; `name:port` while a name has no address.
    case peer
    /// `name:port`, of a peer that was given by name.
    case name
    /// inbound, outbound, manual, persistent or feeler.
    case kind
    /// Why, as one word that doesn't change: `timed-out`, `too-many-per-host`.
    case reason
    /// Attempts in a row that didn't lead to a stable connection.
    case retries
    /// How long something lasted or will last.
    case duration
    /// What the peer sent on a connection that ended.
    case bytesIn
    /// What it was sent.
    case bytesOut
    /// What the reason doesn't tell, for people.
    case detail
    /// What a peer said of itself in its handshake.
    case userAgent
    case services
    case protocolVersion
    /// The ban score of a peer.
    case score
    /// The key of the configuration that led to a refusal.
    case rule
    /// The number that the rule allows.
    case limit
    /// What keeps addresses from being dialled, and how many each: `group=33 banned=7`.
    case obstacles
    /// How many of whatever the message speaks of.
    case count
    /// A banned prefix.
    case prefix
    /// The end of a ban, in microseconds since 1970.
    case until
    /// The number of the system's error.
    case errno
    /// An address that is listened on.
    case listener

    /// What `journalctl` calls it.
    var journalField: JournalField {
        switch self {
        case .connection: "PEERD_CONNECTION"
        case .peer: "PEERD_PEER"
        case .name: "PEERD_NAME"
        case .kind: "PEERD_KIND"
        case .reason: "PEERD_REASON"
        case .retries: "PEERD_RETRIES"
        case .duration: "PEERD_DURATION_USEC"
        case .bytesIn: "PEERD_BYTES_IN"
        case .bytesOut: "PEERD_BYTES_OUT"
        case .detail: "PEERD_DETAIL"
        case .userAgent: "PEERD_USER_AGENT"
        case .services: "PEERD_SERVICES"
        case .protocolVersion: "PEERD_PROTOCOL_VERSION"
        case .score: "PEERD_SCORE"
        case .rule: "PEERD_RULE"
        case .limit: "PEERD_LIMIT"
        case .obstacles: "PEERD_OBSTACLES"
        case .count: "PEERD_COUNT"
        case .prefix: "PEERD_PREFIX"
        case .until: "PEERD_UNTIL_USEC"
        case .errno: "ERRNO"
        case .listener: "PEERD_LISTENER"
        }
    }
}
