import Addressing
import ConnectionCore
import Timing

/// What no single value shows: values that are right alone and wrong together.
extension ConfigurationReader {
    mutating func checkContradictions() {
        checkRetries()
        checkPersistentPeers()
        checkTarget()
        checkIdleTimeout()
        checkScores()
        guard problems.count == 0 else { return }
        warnAboutInboundSlots()
        warnAboutMissingAddresses()
        warnAboutProtocol()
        warnAboutDisappointments()
    }

    private mutating func checkRetries() {
        let retry = configuration.persistent.retry
        let longest = configuration.persistent.maxRetry
        guard areRight("persistent.retry", "persistent.max-retry"), retry > longest else { return }
        problems.add(
            place(of: "persistent.retry", or: "persistent.max-retry"),
            "persistent.retry (\(retry.systemdSpelling)) is longer than "
                + "persistent.max-retry (\(longest.systemdSpelling))"
        )
    }

    private mutating func checkPersistentPeers() {
        let count = configuration.persistent.peers.count
        let limit = configuration.persistent.max
        guard areRight("persistent.peers", "persistent.max"), count > limit else { return }
        problems.add(
            place(of: "persistent.peers", or: "persistent.max"),
            "persistent.peers names \(count) peers, more than persistent.max (\(limit)) allows"
        )
    }

    private mutating func checkTarget() {
        let target = configuration.outbound.target
        let limit = configuration.limits.connections
        guard areRight("outbound.target", "limits.connections"), target > limit else { return }
        problems.add(
            place(of: "outbound.target", or: "limits.connections"),
            "outbound.target (\(target)) is more than limits.connections (\(limit)) allows"
        )
    }

    /// What a peer has at least to answer a ping before it counts as gone. A quiet one says nothing
    /// else.
    static let shortestAnswerTime = Duration.seconds(1)

    private mutating func checkIdleTimeout() {
        let interval = configuration.peerProtocol.pingInterval
        let timeout = configuration.peerProtocol.idleTimeout
        guard
            areRight("protocol.ping-interval", "protocol.idle-timeout"),
            timeout < interval + Self.shortestAnswerTime
        else { return }
        problems.add(
            place(of: "protocol.idle-timeout", or: "protocol.ping-interval"),
            "protocol.idle-timeout (\(timeout.systemdSpelling)) leaves less than "
                + "\(Self.shortestAnswerTime.systemdSpelling) for the answer to a ping: "
                + "protocol.ping-interval is \(interval.systemdSpelling)"
        )
    }

    private mutating func checkScores() {
        let warning = configuration.peerProtocol.warnScore
        let limit = configuration.peerProtocol.banScore
        guard areRight("protocol.warn-score", "protocol.ban-score"), warning > limit else { return }
        problems.add(
            place(of: "protocol.warn-score", or: "protocol.ban-score"),
            "protocol.warn-score (\(warning)) is more than protocol.ban-score (\(limit)): "
                + "no warning would come before a ban"
        )
    }

    private mutating func warnAboutInboundSlots() {
        let reservation = Reservation(
            total: configuration.limits.connections,
            outboundTarget: configuration.outbound.target,
            reservedManual: configuration.limits.reservedManual
        )
        guard !configuration.listen.isEmpty, reservation.mostInbound == 0 else { return }
        warn(
            place(of: "limits.connections", or: ConfigurationSchema.listen),
            "nobody who isn't whitelisted can connect to the listeners: all of limits.connections "
                + "(\(configuration.limits.connections)) is kept free for outbound.target "
                + "(\(configuration.outbound.target)), limits.reserved-manual "
                + "(\(configuration.limits.reservedManual)) and one short test connection"
        )
    }

    private mutating func warnAboutMissingAddresses() {
        let outbound = configuration.outbound
        guard outbound.target > 0, outbound.addresses.isEmpty, outbound.addressesFromFile.isEmpty
        else { return }
        warn(
            origin(of: "outbound.target"),
            "outbound.target is \(outbound.target), but outbound.addresses and "
                + "outbound.addresses-file name nobody to dial for it"
        )
    }

    /// A key that is written at its default promises nothing that doesn't hold: a printed
    /// configuration has all of them.
    private mutating func warnAboutProtocol() {
        guard configuration.network.wire != nil else {
            for key in ConfigurationSchema.keys where ConfigurationSchema.isOfProtocol(key) {
                guard key.spelled(configuration) != key.standard else { continue }
                warn(
                    origin(of: key.name),
                    "\(key.name) has no effect: network = "
                        + configuration.network.rawValue.quotedForTOML + " has no protocol"
                )
            }
            return
        }
        guard !configuration.advertise.isEmpty else { return }
        guard configuration.gossips else {
            warn(
                origin(of: ConfigurationSchema.advertise),
                "advertise has no effect: without gossip nobody is told of addresses"
            )
            return
        }
        let untold = configuration.advertise.filter { !$0.isRoutable }
        guard !untold.isEmpty, configuration.gossip != .always else { return }
        warn(
            origin(of: ConfigurationSchema.advertise),
            "advertise: nobody is told of \(untold.map(\.description).joined(separator: ", ")): "
                + "\(untold.count == 1 ? "it" : "they") can't be reached from everywhere; "
                + "gossip = \"always\" tells of all"
        )
    }
}
