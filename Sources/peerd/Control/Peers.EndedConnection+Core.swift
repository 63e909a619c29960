import Addressing
import ConnectionCore
import Control
import Timing

extension Peers.EndedConnection {
    /// `clock` tells when it ended, in the calendar as it is set at present.
    init(_ ended: CoreEndedConnection, by clock: ClockWatch) {
        self.init(
            id: ended.id.number,
            kind: Peers.Kind(ended.kind),
            persistent: ended.isPersistent,
            target: ended.target.description,
            remote: ended.remote?.description,
            connected: !ended.isFailed,
            ready: ended.wasReady,
            cause: Peers.Failure(ended.cause),
            endedUnixUSec: clock.time(of: ended.ended).microseconds,
            durationUSec: ended.lasted.inMicroseconds,
            bytesIn: ended.bytesIn,
            bytesOut: ended.bytesOut
        )
    }
}
