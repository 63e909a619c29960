import Addressing
import ConnectionCore
import Control
import Timing

extension Peers.EndedConnection {
    init(_ ended: CoreEndedConnection) {
        self.init(
            id: ended.id.number,
            kind: Peers.Kind(ended.kind),
            persistent: ended.isPersistent,
            target: ended.target.description,
            remote: ended.remote.description,
            ready: ended.wasReady,
            cause: Peers.Failure(ended.ending),
            endedUnixUSec: ended.ended.microseconds,
            durationUSec: ended.lasted.inMicroseconds,
            bytesIn: ended.bytesIn,
            bytesOut: ended.bytesOut
        )
    }
}
