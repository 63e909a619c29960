/// The nonces of the `version` messages that our dials have sent and that are not answered yet: by
/// them the accepting side finds out that it was reached by this very process.
///
/// Whoever dials puts the nonce in and takes it out when the dial's handshake is complete or its
/// connection has ended, so that there are as many as there are dials in that phase. A nonce that
/// isn't here proves nothing: nobody can make us forget an address by echoing an old one.
package struct LiveDials: Equatable, Sendable {
    private var dials: [UInt64: UInt64] = [:]

    package init() {}

    package var count: Int { dials.count }

    /// `dial` is the caller's own number for it. Traps if the nonce is there: 64 random bits aren't
    /// drawn twice while both are alive, unless they aren't random.
    package mutating func insert(nonce: UInt64, of dial: UInt64) {
        precondition(dials.updateValue(dial, forKey: nonce) == nil, "a nonce was drawn twice")
    }

    /// Does nothing if it is gone already.
    package mutating func remove(nonce: UInt64) {
        dials[nonce] = nil
    }

    /// The dial that sent the nonce; nil if it is nobody's.
    package func dial(withNonce nonce: UInt64) -> UInt64? {
        dials[nonce]
    }
}
