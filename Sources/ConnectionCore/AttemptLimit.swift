internal import Timing

/// How long whoever asked for a connection gives the whole attempt: resolving, connecting and the
/// handshake.
struct AttemptLimit: Equatable, BitwiseCopyable, Sendable {
    let duration: Duration
    let until: Instant
}
