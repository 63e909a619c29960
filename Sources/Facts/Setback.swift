package import Timing

/// What the last attempt to keep a persistent peer connected came to: why it is down.
package struct Setback: Equatable, Sendable {
    package enum Cause: Equatable, Sendable {
        /// A dial led to nothing.
        case failed(DialFailure)
        /// A connection ended, before its handshake was complete or sooner than it had to last.
        case ended(Ending)
    }

    package let cause: Cause
    package let at: Instant
    /// Its number in a row, from 1, of whatever causes: since the peer was last connected for as
    /// long as `persistent.stableAfter`, or the network came back. 0 while nothing has failed
    /// since: then it is how the peer went away.
    package var number: UInt32
    /// How many of the last ones in a row were the peer's accepting and closing at once.
    package var hangUps: UInt32

    /// So many hang-ups in a row are no accident: with the default waits, half a minute of them.
    package static let hangUpsToReport: UInt32 = 3

    package init(cause: Cause, at instant: Instant, number: UInt32, hangUps: UInt32) {
        self.cause = cause
        self.at = instant
        self.number = number
        self.hangUps = hangUps
    }
}

extension Setback.Cause {
    /// In an operator's words.
    package func sentence(_ wording: Wording) -> String {
        switch self {
        case .failed(let failure): failure.sentence(wording)
        case .ended(let ending): ending.sentence(wording)
        }
    }
}
