/// What all sessions of a daemon share and none of them keeps: lent to each call.
package struct SessionSurroundings: Equatable, Sendable {
    package var policy: SessionPolicy
    package var liveDials = LiveDials()
    /// Whether the book wants more addresses than it has: then a peer that we dialled is asked for
    /// some, if there is gossip at all.
    package var wantsAddresses = true

    package init(policy: SessionPolicy) {
        self.policy = policy
    }
}
