internal import Timing

/// Something that the world of daemons has in store.
enum EngineHappening {
    /// The loop of a daemon's process wakes.
    case turn(process: Int)
    /// The first packet of a connection reaches its listener.
    case arrival(wire: Int)
    /// The answer reaches the dialler: nil if it is connected.
    case answer(wire: Int, error: CInt?)
    /// Bytes from one side reach the other.
    case segment(wire: Int, Side, count: Int)
    /// One side has closed, and the other hears of it.
    case finish(wire: Int, Side)
    /// One side hears that the other is gone.
    case reset(wire: Int, Side)
    /// One side may send again.
    case room(wire: Int, Side)
    /// The kernel asks whether the other end is there still.
    case probe(wire: Int, Side)
    case lookup(process: Int, LookupAnswer)
    case stored(process: Int)
    case order(machine: Int)
    /// The file is read that a reload wants.
    case fileRead(process: Int)
    case start(machine: Int)
    /// A process that is about to end waits no longer for its disk.
    case end(process: Int)
    case strangerCalls(Int)
    /// The next thing that a stranger does by itself on a connection.
    case strangerActs(wire: Int, Side)
    case weather
    /// An end whose other end has gone must be gone by now.
    case loneliness(wire: Int, Side)
    /// An end of the silence between two machines.
    case silenceEnds(Int, Int)
}

/// What is in store, in the order of time and, at one time, in the order in which it was put there.
struct EngineScheduled: Comparable {
    let at: Instant
    let number: UInt64
    let happening: EngineHappening

    static func == (left: EngineScheduled, right: EngineScheduled) -> Bool {
        left.number == right.number
    }

    static func < (left: EngineScheduled, right: EngineScheduled) -> Bool {
        left.at == right.at ? left.number < right.number : left.at < right.at
    }
}
