/// One reading of both clocks. Everything in one turn of the loop happens at the same moment, and
/// what it says about the two clocks fits together.
package struct Moment: Equatable, BitwiseCopyable, Sendable {
    /// For deadlines and ages.
    package let instant: Instant
    /// For what people read and what outlives the process.
    package let wall: WallTime

    @inlinable
    package init(instant: Instant, wall: WallTime) {
        self.instant = instant
        self.wall = wall
    }
}
