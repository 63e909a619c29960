import Control
import LinuxIO
import Timing

extension Peers.Failure {
    /// The reason in the words of the journal.
    func text(seenFrom viewpoint: Viewpoint) -> String {
        switch self {
        case .shuttingDown: "shutting down"
        case .networkInactive: "network inactive"
        case .banned(let prefix, let until):
            "banned" + (prefix.map { " with \($0)" } ?? "")
                + (until.map { " until \(viewpoint.date($0))" } ?? "")
        case .rateLimited: "rate limited"
        case .flooded(let chance): "flood (dropped with a chance of \(percent(chance)))"
        case .alreadyPending(let id): "already pending (id: \(id))"
        case .alreadyConnected(let id): "already connected (id: \(id))"
        case .duplicatePersistent(let id): "already persistent (id: \(id))"
        case .notPersistent(let id): "not persistent (id: \(id))"
        case .notFound: "not found"
        case .tooManyConnections(let limit): "limits.connections (\(limit)) reached"
        case .tooManyPerHost(let limit): "limits.per-host (\(limit)) reached"
        case .tooManyPerListener(let limit): "the listener's connections (\(limit)) reached"
        case .tooManyWhitelisted(let limit): "limits.whitelisted (\(limit)) reached"
        case .tooManyPersistent(let limit): "persistent.max (\(limit)) reached"
        case .tooManyPersistentPerHost(let limit):
            "limits.per-host (\(limit)) reached by persistent peers"
        case .tooManyBans(let limit): "\(grouped(limit)) bans are set already"
        case .bannedLonger(let prefix, let until):
            "\(prefix) is banned for longer already, "
                + (until.map { "until \(viewpoint.date($0))" } ?? "for ever")
        case .tooManyAddresses(let limit): "\(grouped(limit)) addresses were added already"
        case .unsupportedAddress(_, let reason?): reason
        case .unsupportedAddress(let address, nil):
            address.map { "'\($0)' is not an address that can be dialled" }
                ?? "not an address that can be dialled"
        case .configurationRejected(let problems):
            "the configuration is wrong: \(problems.joined(separator: "; "))"
        case .timedOut(let after): "timed out after \(duration(after))"
        case .refused: "connection refused"
        case .unreachable: "host unreachable"
        case .noRoute: "no route from here"
        case .noLocalAddress: "no address here to reach it from"
        case .bindAddressMissing(let address):
            "no interface has \(address), which outbound.bind names"
        case .interfaceMissing(let interface): "no interface is called \(interface)"
        case .noLocalPort(let setting, let first?, let last?):
            "no local port is left towards it: \(setting) is \(first) to \(last)"
        case .noLocalPort(let setting, _, _): "no local port is left towards it: \(setting)"
        case .unresolved(let reason): "name not resolved: \(reason)"
        case .selfConnection: "connected to ourselves"
        case .cancelled(let canceller): "cancelled by \(canceller.text)"
        case .closedByPeer: "closed by peer"
        case .peerVanished: "peer vanished"
        case .closedByOperator: "closed by an operator"
        case .handshakeTimedOut: "no handshake in time"
        case .malformed: "malformed message"
        case .misbehaved: "misbehaved"
        case .unexpectedMessage: "message out of order"
        case .obsoleteVersion: "obsolete protocol version"
        case .lacksServices: "lacks outbound.required-services"
        case .idle: "idle"
        case .slow: "too slow"
        case .resourcesExhausted(let errno), .io(let errno): SystemError.describe(errno)
        }
    }
}

extension Peers.Canceller {
    fileprivate var text: String {
        switch self {
        case .caller: "its caller"
        case .operator: "an operator"
        case .networkInactive: "the inactive network"
        case .ban: "a ban"
        case .shutdown: "the shutdown"
        }
    }
}

/// `7.3 s`, from microseconds.
func duration(_ microseconds: Int64) -> String {
    Duration.microseconds(microseconds).briefDescription
}

/// `20 %`, from a chance between 0 and 1.
func percent(_ chance: Double) -> String { "\(Int((chance * 100).rounded())) %" }

/// `3 bans`, `1 ban`
func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}
