/// Why something wasn't done, failed or ended: what a caller, a row or an event is told.
package enum Cause: Error, Equatable, Sendable {
    /// Nothing was tried.
    case refused(Refusal)
    /// A dial led to nothing.
    case failed(DialFailure)
    /// A connected socket was closed.
    case ended(Ending)

    package init(_ cause: Setback.Cause) {
        self =
            switch cause {
            case .failed(let failure): .failed(failure)
            case .ended(let ending): .ended(ending)
            }
    }

    /// In an operator's words.
    package func sentence(_ wording: Wording) -> String {
        switch self {
        case .refused(let refusal): refusal.sentence(wording)
        case .failed(let failure): failure.sentence(wording)
        case .ended(let ending): ending.sentence(wording)
        }
    }
}
