/// Why what arrived is no message. There is nothing to answer, since it isn't known what was asked
/// and where the next message begins: the connection is closed.
package enum MessageError: Error, Equatable, Sendable {
    /// More than `Bounds.messageBytes` without a zero.
    case tooLong
    /// No JSON object in UTF-8.
    case notAnObject
    /// Deeper than `Bounds.depth`, or with more than `Bounds.items`.
    case tooComplex
}
