import Addressing
import ConnectionCore
import LinuxIO
import Timing

/// Causes in an operator's words.

extension DialFailure {
    var text: String {
        switch self {
        case .timedOut(let after): "timed out after \(after.briefDescription)"
        case .refused: "connection refused"
        case .unreachable: "host unreachable"
        case .noRoute: "no route from here"
        case .noLocalEnd(.address): "no address here to reach it from"
        case .noLocalEnd(.bindAddress(let address)):
            "no interface has \(address), which outbound.bind names"
        case .noLocalEnd(.interface(let zone)): "no interface is called \(zone)"
        case .noLocalEnd(.port(let range)):
            "no local port is left towards it: \(LocalObstacle.portSetting)"
                + (range.map { " is \($0.lowerBound) to \($0.upperBound)" } ?? "")
        case .unresolved(let reason): "name not resolved: \(reason)"
        case .selfConnection: "connected to ourselves"
        case .alreadyConnected(let id): "already connected (id: \(id))"
        case .banned(let prefix, let until): banText(prefix, until)
        case .tooManyPerHost(let limit): "limits.per-host (\(limit)) reached"
        case .unsupportedAddress: "not an address that can be dialled"
        case .resourcesExhausted(let code): errnoText(code)
        case .cancelled(let canceller): "cancelled by \(canceller.text)"
        case .io(let code): errnoText(code)
        }
    }
}

extension Canceller {
    var text: String {
        switch self {
        case .caller: "its caller"
        case .operator: "an operator"
        case .networkInactive: "the inactive network"
        case .ban: "a ban"
        case .shutdown: "the shutdown"
        }
    }
}

extension Ending {
    var text: String {
        switch self {
        case .closedByPeer: "closed by peer"
        case .timedOut: "peer vanished"
        case .io(let code): errnoText(code)
        case .session(let fault): fault.text
        case .attemptTimedOut(let after): "no handshake within \(after.briefDescription) in all"
        case .abandoned: "given up by its caller"
        case .byOperator: "closed by an operator"
        case .banned(let prefix, let until): banText(prefix, until)
        case .networkInactive: "network inactive"
        case .shutdown: "shutting down"
        }
    }
}

extension SessionFault {
    var text: String {
        switch self {
        case .handshakeTimedOut: "no handshake in time"
        case .malformed: "malformed message"
        case .misbehaved: "misbehaved"
        case .unexpectedMessage: "message out of order"
        case .obsoleteVersion: "obsolete protocol version"
        case .lacksServices: "lacks outbound.required-services"
        case .selfConnection: "connected to ourselves"
        case .idle: "idle"
        case .slow: "too slow"
        }
    }
}

extension Setback.Cause {
    var text: String {
        switch self {
        case .failed(let failure): failure.text
        case .ended(let ending): ending.text
        }
    }
}

extension Refusal {
    var text: String {
        switch self {
        case .shuttingDown: "shutting down"
        case .networkInactive: "network inactive"
        case .banned(let prefix, let until): banText(prefix, until)
        case .rateLimited: "rate limited"
        case .flooded(let chance):
            "flood (dropped with a chance of \(Int((chance * 100).rounded())) %)"
        case .alreadyPending(let id): "already pending (id: \(id))"
        case .alreadyConnected(let id): "already connected (id: \(id))"
        case .tooManyPerHost(let limit): "limits.per-host (\(limit)) reached"
        case .tooManyPerListener(let limit): "the listener's connections (\(limit)) reached"
        case .tooManyConnections(let limit): "limits.connections (\(limit)) reached"
        case .tooManyWhitelisted(let limit): "limits.whitelisted (\(limit)) reached"
        case .duplicatePersistent(let id): "already persistent (id: \(id))"
        case .notPersistent(let id): "not persistent (id: \(id))"
        case .tooManyPersistent(let limit): "persistent.max (\(limit)) reached"
        case .tooManyPersistentPerHost(let limit):
            "limits.per-host (\(limit)) reached by persistent peers"
        case .tooManyBans(let limit): "\(limit) bans are set already"
        case .bannedLonger(let prefix, let until):
            "\(prefix) is banned for longer, " + (until.map { "until \($0)" } ?? "for ever")
        case .notFound: "not found"
        case .unsupportedAddress(let target): "\(target) is not an address that can be dialled"
        }
    }
}

private func banText(_ prefix: Prefix, _ until: WallTime?) -> String {
    "banned with \(prefix)" + (until.map { " until \($0)" } ?? "")
}

/// "connection reset by peer (ECONNRESET)"
func errnoText(_ code: Int32) -> String { SystemError.describe(code) }
