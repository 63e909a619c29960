internal import Timing

/// A promise that the core broke, in the words of the model that noticed.
struct BrokenPromise: Error {
    let what: String

    init(_ what: String) {
        self.what = what
    }
}

/// A promise that was broken in a run, with all that is needed to see it again: the seed decides
/// the run, the time and the step say where to look in its trace.
package struct Violation: Error, CustomStringConvertible {
    package let seed: UInt64
    /// Since the world began.
    package let elapsed: Duration
    /// Facts and commands given to the core so far, this one included.
    package let step: Int
    package let what: String

    package var description: String {
        "seed \(seed), step \(step), at \(Trace.seconds(elapsed)): \(what)"
    }
}
