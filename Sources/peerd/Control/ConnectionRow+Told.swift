import Addressing
import ConnectionCore
import Control
import DecredWire
import Engine
import Facts
import Timing

extension ConnectionRow {
    /// As clients are told. `now` is what tells when things were, in the calendar as it is set at
    /// present.
    func told(at now: Moment) -> Peers.Connection {
        func time(of instant: Instant?) -> Int64? {
            instant.flatMap { now.wall(at: $0)?.microseconds }
        }
        return Peers.Connection(
            id: id.number,
            kind: kind,
            phase: phase.name,
            target: target.description,
            remote: remote?.description,
            local: local?.description,
            persistent: isPersistent,
            ready: isReady,
            whitelisted: isWhitelisted,
            proxied: isProxied,
            establishedUnixUSec: time(of: establishedSince),
            phaseEndsUnixUSec: time(of: phase.deadline),
            retries: retries.map { Int($0) },
            lastFailure: setback.map { $0.row(at: now) },
            downSinceUnixUSec: time(of: downSince),
            roundTripUSec: roundTrip?.minimum.clampedMicroseconds,
            lastRoundTripUSec: roundTrip?.last.clampedMicroseconds,
            userAgent: introduction?.userAgent,
            // Numbers of the interface have 63 bits, and no service has the 64th.
            services: introduction.map { $0.services & UInt64(Int64.max) },
            protocolVersion: introduction?.protocolVersion,
            bytesIn: traffic?.received,
            bytesOut: traffic?.sent
        )
    }
}
