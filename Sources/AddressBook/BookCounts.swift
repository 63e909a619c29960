/// What has become of what the book was told and of who wanted a taken place, since it was made or
/// loaded.
package struct BookCounts: Equatable, Sendable {
    /// Claims of addresses.
    package var told = 0
    /// Of them those of addresses that are there since.
    package var kept = 0
    /// Those of addresses that were there.
    package var known = 0
    /// Those of what wasn't seen for 30 days.
    package var droppedOld = 0
    /// Those for which there was no place, as somebody sound has it.
    package var droppedPlaceTaken = 0
    package var collisions = Collisions()

    package init() {}

    /// Addresses that were good and whose tried place was taken.
    package struct Collisions: Equatable, Sendable {
        /// The other one has kept the place, having shown that it is good.
        package var kept = 0
        /// The other one has lost it.
        package var replaced = 0
        /// It couldn't be known in time, or too many waited.
        package var dropped = 0

        package init() {}
    }
}
