import ConnectionCore

/// What came of a step at once, to be told in the next turn.
struct Settled: Sendable {
    let event: Event
    /// The socket that it is about; nil if there is none. If it is gone by then, there is nothing
    /// to tell: a persistent peer keeps its id, and may have the next one already.
    let link: Link?
}
