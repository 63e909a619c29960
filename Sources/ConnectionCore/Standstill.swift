internal import DequeModule
import Facts
internal import Timing

/// A connection that has been established since then, and will be ready at `due`.
struct Readying: Sendable {
    let id: ConnectionID
    let since: Instant
    var due: Instant
}

/// A loop that stood still: the process was stopped, its container frozen, or the machine slept.
///
/// What others should have done by now they may have done, or may have had no chance to do. So the
/// time that somebody else has goes on where it stopped: that of dials, of handshakes, of callers'
/// limits, and the time for which a connection must last before it is ready. What we wait for by
/// ourselves (backoffs, pauses, the ends of bans) is over when it is over.
extension ConnectionCore {
    /// O(n). A pause that is said to be longer than it was gives others more time than they were
    /// promised, and nothing else.
    mutating func stoodStill(for pause: Duration) {
        precondition(pause >= .zero, "time went back by \(pause)")
        for index in readying.indices { readying[index].due = readying[index].due + pause }
        for connection in Array(table.connections) {
            if let limit = attemptLimits[connection.id] {
                attemptLimits[connection.id]?.until = limit.until + pause
                attemptLimits[connection.id]?.endOfHandshake =
                    limit.endOfHandshake.map { $0 + pause }
            }
            switch connection.phase {
            case .waiting, .established:
                break
            case .dialing(let until):
                postpone(connection, .dialing(until: until + pause))
            case .handshaking(let since, let until):
                postpone(connection, .handshaking(since: since, until: until + pause))
            }
        }
    }

    private mutating func postpone(_ connection: Connection, _ phase: Phase) {
        schedule(table.update(connection.id) { $0.phase = phase })
    }
}
