import Addressing
import Control
import Facts
import Timing

extension EndedConnection {
    /// `clock` tells when it ended, in the calendar as it is set at present.
    func row(by clock: ClockWatch) -> Peers.EndedConnection {
        Peers.EndedConnection(
            id: id.number,
            kind: ShownKind(kind, isPersistent: isPersistent),
            persistent: isPersistent,
            target: target.description,
            remote: remote?.description,
            connected: !isFailed,
            ready: wasReady,
            cause: cause,
            endedUnixUSec: clock.time(of: ended).microseconds,
            durationUSec: lasted.clampedMicroseconds,
            bytesIn: bytesIn,
            bytesOut: bytesOut
        )
    }
}
