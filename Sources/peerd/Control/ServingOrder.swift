/// Whose turn it is among places that share a bounded number of steps a turn.
///
/// A place that a turn has no step left for is the next turn's first: so however many are busy,
/// each waits for at most one step of every other.
struct ServingOrder: Equatable, Sendable {
    private var first = 0
    /// The first place that this turn had nothing left for.
    private var starved: Int?

    /// The place that is served as the `offset`th of so many, from 0.
    func place(_ offset: Int, of count: Int) -> Int { (first + offset) % count }

    /// Notes whether there was something left when it was a place's turn.
    mutating func note(_ place: Int, stepsLeft: Int) {
        if stepsLeft <= 0, starved == nil { starved = place }
    }

    /// If everybody was served, another one is the first the next time, so that nobody is always
    /// last.
    mutating func endTurn(of count: Int) {
        first = count == 0 ? 0 : (starved ?? first + 1) % count
        starved = nil
    }
}
