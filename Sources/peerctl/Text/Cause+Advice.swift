import Control
import Facts

extension Cause {
    /// What to do next, as a sentence, after a method was asked of a daemon; nil where there is
    /// nothing but to try again or to leave it.
    func advice(for method: Method, of instance: Instance) -> String? {
        switch self {
        case .refused(let refusal): refusal.advice(for: method, of: instance)
        case .failed(let failure): failure.advice(of: instance)
        case .ended(let ending): ending.advice(of: instance)
        }
    }
}

extension Refusal {
    fileprivate func advice(for method: Method, of instance: Instance) -> String? {
        let command = instance.command
        return switch self {
        case .shuttingDown:
            "Wait until it has ended and started again: systemctl status \(instance.unit)"
        case .networkInactive: "'\(command) network on' lets peers connect again."
        case .banned(let prefix, _): "'\(command) unban \(prefix)' lifts the ban."
        case .alreadyPending(let id): "'\(command) disconnect \(id)' cancels the attempt."
        case .alreadyConnected(let id): "'\(command) disconnect \(id)' closes that connection."
        case .duplicatePersistent(let id): "'\(command) remove \(id)' ends it for good."
        case .notPersistent(let id): "'\(command) disconnect \(id)' closes it."
        case .notFound:
            method == .unban
                ? "'\(command) bans' shows the bans; the prefix must be exactly one of them."
                : "'\(command) list' shows the connections and their ids."
        case .tooManyConnections:
            "'\(command) disconnect ID' makes room, or raise the limit and '\(command) reload'."
        case .tooManyPerHost, .tooManyPerListener, .tooManyWhitelisted, .tooManyPersistentPerHost:
            "Raise the limit in the configuration and '\(command) reload'."
        case .tooManyPersistent:
            "'\(command) remove ID' makes room, or raise the limit and '\(command) reload'."
        case .tooManyAddresses:
            "They are kept until the daemon ends; outbound.addresses-file has no such limit."
        case .bannedLonger:
            "Nothing has changed. With --replace it is banned as you say; a wider ban stays."
        case .tooManyBans: "'\(command) unban PREFIX' makes room; one wide prefix may do for many."
        // The reason says what was expected.
        case .unsupportedAddress(_, .some): nil
        case .unsupportedAddress(_, nil):
            switch method {
            case .ban, .unban:
                "Expected an address or a prefix with no bits behind its length, "
                    + "such as 198.51.100.0/24."
            case .getInfo, .getInterfaceDescription, .connect, .addPersistent, .disconnect, .remove,
                .list, .status, .totals, .monitor, .explain, .history, .listBans, .addAddresses,
                .setNetworkActive, .reload, .setLogLevel, .getConfiguration, .compareConfiguration:
                "Expected ADDRESS:PORT, such as 203.0.113.7:9108 or [2001:db8::7]:9108."
            }
        case .configurationRejected:
            "Nothing has changed. Mend the file, and '\(command) reload' again."
        case .rateLimited, .flooded: nil
        }
    }
}

extension DialFailure {
    fileprivate func advice(of instance: Instance) -> String? {
        let command = instance.command
        return switch self {
        case .timedOut, .refused, .unreachable: goesOnTrying(command)
        case .noRoute: "Look at 'ip route', and at outbound.bind in the configuration."
        case .noLocalEnd(.address):
            "Look at 'ip address': which addresses of its family are there?"
        case .noLocalEnd(.bindAddress):
            "Look at 'ip address', or mend outbound.bind and '\(command) reload'."
        case .noLocalEnd(.interface): "Look at 'ip link': what is the interface called?"
        case .noLocalEnd(.port):
            "Look at 'ss -tn' for what has them, or widen the range: "
                + "sysctl \(LocalObstacle.portSetting)"
        case .unresolved: "Look at the name's spelling, and at /etc/resolv.conf."
        case .selfConnection: leadsToUs
        case .alreadyConnected(let id): "'\(command) disconnect \(id)' closes that connection."
        case .banned(let prefix, _): "'\(command) unban \(prefix)' lifts the ban."
        case .tooManyPerHost: "Raise the limit in the configuration and '\(command) reload'."
        case .unsupportedAddress: "The name leads to no address that can be dialled."
        case .resourcesExhausted: "Raise LimitNOFILE= of \(instance.unit), or close something."
        case .cancelled, .io: nil
        }
    }
}

extension Ending {
    fileprivate func advice(of instance: Instance) -> String? {
        let command = instance.command
        return switch self {
        case .closedByPeer, .timedOut, .attemptTimedOut, .session(.handshakeTimedOut),
            .session(.idle), .session(.slow):
            goesOnTrying(command)
        case .session(.malformed), .session(.unexpectedMessage):
            "Is it a peer of this network? Look at 'network' in the configuration."
        case .session(.obsoleteVersion): "Its operator has to upgrade it."
        case .session(.lacksServices):
            "Only peers that are picked must offer them; this one can be connected to."
        case .session(.selfConnection): leadsToUs
        case .banned(let prefix, _): "'\(command) unban \(prefix)' lifts the ban."
        case .networkInactive: "'\(command) network on' lets peers connect again."
        case .shutdown:
            "Wait until it has ended and started again: systemctl status \(instance.unit)"
        case .session(.misbehaved), .byOperator, .abandoned, .io: nil
        }
    }
}

private func goesOnTrying(_ command: String) -> String {
    "'\(command) connect ADDRESS --persistent' goes on trying."
}

private let leadsToUs = "The address is one of this daemon's own."

extension Service.Failure {
    var text: String {
        switch self {
        case .interfaceNotFound(let interface): "it has no interface '\(interface)'"
        case .methodNotFound(let method), .methodNotImplemented(let method):
            "it has no method '\(method)'"
        case .invalidParameter(let parameter): "it takes no such '\(parameter)'"
        case .permissionDenied: "you may look, but not change anything"
        case .expectedMore: "it answers in several replies only"
        }
    }

    /// What to do next. All but one mean that the two programs are of different versions.
    func advice(of instance: Instance) -> String {
        switch self {
        case .permissionDenied:
            "Be root, or join the group that control.write-group of the configuration names."
        case .interfaceNotFound, .methodNotFound, .methodNotImplemented, .invalidParameter,
            .expectedMore:
            "peerctl and the daemon don't fit: restart the daemon after an upgrade, "
                + "systemctl restart \(instance.unit)"
        }
    }
}
