internal import Timing

/// How long whoever asked for a connection gives the whole attempt: resolving, connecting and the
/// handshake.
struct AttemptLimit: Equatable, BitwiseCopyable, Sendable {
    let duration: Duration
    var until: Instant
    /// Until when its handshake might last without the limit; nil before that has begun.
    var endOfHandshake: Instant?
}
