internal import Addressing

/// An address that has been good and whose tried place another one has.
struct Collision: Equatable, Sendable {
    /// So many wait at most: an attacker with many good addresses doesn't get to test more of ours
    /// at a time. Source: Bitcoin Core, `ADDRMAN_SET_TRIED_COLLISION_SIZE`.
    static let most = 10
    /// A holder that was good so lately keeps its place; a failure of it counts for as long.
    static let recentSeconds = 4 * BookTime.hour
    /// So long after its failure the holder may still turn out to be good.
    static let graceSeconds = BookTime.minute
    /// What isn't tested for so long stays as it is.
    static let longestSeconds = 40 * BookTime.minute

    let newcomer: PeerAddress
    let since: BookTime
}
