import Addressing
import ConnectionCore
import Control
import Timing

/// The core's reasons in the words of the interface.

extension Peers.Failure {
    init(_ refusal: Refusal) {
        self =
            switch refusal {
            case .shuttingDown: .shuttingDown
            case .networkInactive: .networkInactive
            case .banned(let prefix, let until):
                .banned(prefix: prefix.description, untilUnixUSec: until?.microseconds)
            case .rateLimited: .rateLimited
            case .flooded(let chance): .flooded(chance: chance)
            case .alreadyPending(let id): .alreadyPending(id: id.number)
            case .alreadyConnected(let id): .alreadyConnected(id: id.number)
            case .tooManyPerHost(let limit): .tooManyPerHost(limit: limit)
            case .tooManyPerListener(let limit): .tooManyPerListener(limit: limit)
            case .tooManyConnections(let limit): .tooManyConnections(limit: limit)
            case .tooManyWhitelisted(let limit): .tooManyWhitelisted(limit: limit)
            case .duplicatePersistent(let id): .duplicatePersistent(id: id.number)
            case .notPersistent(let id): .notPersistent(id: id.number)
            case .tooManyPersistent(let limit): .tooManyPersistent(limit: limit)
            case .tooManyPersistentPerHost(let limit): .tooManyPersistentPerHost(limit: limit)
            case .tooManyBans(let limit): .tooManyBans(limit: limit)
            case .bannedLonger(let prefix, let until):
                .bannedLonger(prefix: prefix.description, untilUnixUSec: until?.microseconds)
            case .notFound: .notFound
            case .unsupportedAddress(let target):
                .unsupportedAddress(address: target.description, reason: target.obstacle)
            }
    }

    init(_ failure: DialFailure) {
        self =
            switch failure {
            case .timedOut(let after): .timedOut(afterUSec: after.inMicroseconds)
            case .refused: .refused
            case .unreachable: .unreachable
            case .noRoute: .noRoute
            case .noLocalEnd(.address): .noLocalAddress
            case .noLocalEnd(.bindAddress(let address)):
                .bindAddressMissing(address: address.description)
            case .noLocalEnd(.interface(let zone)):
                .interfaceMissing(interface: zone.description)
            case .noLocalEnd(.port(let range)):
                .noLocalPort(
                    setting: LocalObstacle.portSetting,
                    first: range.map { Int($0.lowerBound) },
                    last: range.map { Int($0.upperBound) }
                )
            case .unresolved(let reason): .unresolved(reason: reason)
            case .selfConnection: .selfConnection
            case .alreadyConnected(let id): .alreadyConnected(id: id.number)
            case .banned(let prefix, let until):
                .banned(prefix: prefix.description, untilUnixUSec: until?.microseconds)
            case .tooManyPerHost(let limit): .tooManyPerHost(limit: limit)
            case .unsupportedAddress: .unsupportedAddress(address: nil, reason: nil)
            case .resourcesExhausted(let errno): .resourcesExhausted(errno: errno)
            case .cancelled(let canceller): .cancelled(by: Peers.Canceller(canceller))
            case .io(let errno): .io(errno: errno)
            }
    }

    init(_ ending: Ending) {
        self =
            switch ending {
            case .closedByPeer: .closedByPeer
            case .timedOut: .peerVanished
            case .io(let errno): .io(errno: errno)
            case .session(let fault): Peers.Failure(fault)
            case .attemptTimedOut(let after): .timedOut(afterUSec: after.inMicroseconds)
            case .abandoned: .cancelled(by: .caller)
            case .byOperator: .closedByOperator
            case .banned(let prefix, let until):
                .banned(prefix: prefix.description, untilUnixUSec: until?.microseconds)
            case .networkInactive: .networkInactive
            case .shutdown: .shuttingDown
            }
    }

    private init(_ fault: SessionFault) {
        self =
            switch fault {
            case .handshakeTimedOut: .handshakeTimedOut
            case .malformed: .malformed
            case .misbehaved: .misbehaved
            case .unexpectedMessage: .unexpectedMessage
            case .obsoleteVersion: .obsoleteVersion
            case .lacksServices: .lacksServices
            case .selfConnection: .selfConnection
            case .idle: .idle
            case .slow: .slow
            }
    }
}

extension Peers.Canceller {
    fileprivate init(_ canceller: CoreCanceller) {
        self =
            switch canceller {
            case .caller: .caller
            case .operator: .operator
            case .networkInactive: .networkInactive
            case .ban: .ban
            case .shutdown: .shutdown
            }
    }
}
