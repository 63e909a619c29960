import Addressing
import ConnectionCore
import Facts
import Timing

/// One line that tells what matters and what is missing:
/// `3/8 outbound (5 dialing), 0 inbound, 1/2 persistent (203.0.113.7:9108 retries in 2 min)`.
enum StatusLine {
    static func text(of core: ConnectionCore, addresses: Int, at now: Moment) -> String {
        let census = core.table.census
        var outbound = "\(census.ready.outbound)/\(core.policy.outbound.target) outbound"
        let unready = census.limited.outbound - census.ready.outbound - census.dialing.outbound
        let missing = [(census.dialing.outbound, "dialing"), (unready, "connected")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if !missing.isEmpty { outbound += " (\(missing.joined(separator: ", ")))" }

        var parts = [outbound, "\(census.inbound) inbound"]
        if census.limited.manual > 0 { parts.append("\(census.limited.manual) manual") }
        if census.persistent > 0 {
            parts.append(
                "\(census.persistentReady)/\(census.persistent) persistent"
                    + nextRetry(of: core, at: now)
            )
        }
        var line = parts.joined(separator: ", ") + "; \(grouped(addresses)) addresses"
        if !core.isNetworkActive { line += "; network inactive" }
        return line
    }

    /// The persistent peer that is missing and retries first.
    private static func nextRetry(of core: ConnectionCore, at now: Moment) -> String {
        var nearest: (target: PeerTarget, until: Instant)?
        for connection in core.table.connections {
            guard case .waiting(let until) = connection.phase, until < .distantFuture,
                until < nearest?.until ?? .distantFuture
            else { continue }
            nearest = (core.table.target(of: connection), until)
        }
        guard let (target, until) = nearest else { return "" }
        let rest = max(until - now.instant, .zero)
        return " (\(target) retries in \(rest.briefDescription))"
    }
}
