import Addressing
import Configuration
import ConnectionCore
import Control
import Engine
import Facts
import LinuxIO
import Timing

extension Daemon {
    /// Does what the core said, in its order.
    mutating func perform() {
        var index = 0
        while index < actions.pending.count {
            switch actions.pending[index] {
            case .resolve(let attempt, let name):
                resolve(name, for: attempt)
            case .dial(let attempt, let address):
                dial(address, for: attempt)
            case .close(let id):
                sessions.drop(id.slot)
                if !transport.close(slot: id.slot, by: kernel.epoll) { kernel.lookups.forget(id) }
            case .keep(let prefix):
                if kernel.store != nil { state.changed(prefix) }
            case .report(let report):
                tell(report)
            }
            index += 1
        }
        actions.removeAll()
    }

    private mutating func resolve(_ name: PeerName, for attempt: DialAttempt) {
        let asker = asker(of: attempt)
        if let reason = kernel.lookups.ask(name, for: attempt, by: asker, at: now.instant) {
            settle(.dialFailed(attempt, .unresolved(reason)))
        }
    }

    /// Who waits for a connection to be made.
    private func asker(of attempt: DialAttempt) -> NameLookups.Asker {
        for place in control.places {
            guard case .connect(attempt.id) = control[place].work,
                let credentials = control[place].credentials
            else { continue }
            return .client(process: credentials.process, user: credentials.user)
        }
        // Not by failures in a row: after an outage hundreds may begin with none.
        return attempt.isFirst ? .firstAttempt : .retry
    }

    /// One value for journal, event stream and history, so that they can't disagree.
    private mutating func tell(_ report: Report) {
        let details = details(of: report)
        totals.count(report)
        journal.write(report, details)
        if kernel.store != nil { state.note(report) }
        let ended = EndedConnection(
            report,
            at: now.instant,
            bytesIn: details.bytesIn,
            bytesOut: details.bytesOut
        )
        if let ended { history.append(ended) }
        service.noteChange()
        if control.monitors > 0 {
            let event = Peers.Event(timeUnixUSec: now.wall.microseconds, .report(report))
            control.offer(event)
        }
        answerConnect(report, at: now)
    }

    /// What the core doesn't know of what it reports. A connection that ends has its socket still.
    private func details(of report: Report) -> ReportDetails {
        var details = ReportDetails()
        switch report {
        case .ended(let subject, _, _, _):
            let bytes = transport.bytes(inSlot: subject.id.slot)
            details.bytesIn = bytes.read
            details.bytesOut = bytes.sent
            if let detail = endingDetail, detail.id == subject.id { details.text = detail.text }
        case .ready(let subject):
            guard let peer = sessions.introduction(slot: subject.id.slot) else { break }
            details.text = peer.userAgent
            details.fields = [
                .init(.userAgent, peer.userAgent), .init(.services, peer.services),
                .init(.protocolVersion, peer.protocolVersion),
            ]
        case .attempting, .connected, .accepted, .failed, .failedAgain, .retrying,
            .persistentWaiting, .hangingUp, .persistentDown, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refused, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .nobodyToDial, .targetMissed, .resourcesExhausted, .banned, .unbanned,
            .bansSilenced, .bansSuppressed, .networkActive,
            .shuttingDown:
            break
        }
        return details
    }

    private mutating func dial(_ address: PeerAddress, for attempt: DialAttempt) {
        transport.close(slot: attempt.id.slot, by: kernel.epoll)
        let remote: SocketAddress
        let local: SocketAddress?
        do throws(SocketAddress.Obstacle) {
            remote = try SocketAddress(address)
            local = try source(for: address)
        } catch {
            settle(.dialFailed(attempt, DialFailure(error)))
            return
        }
        do throws(SystemError) {
            let socket = try Socket.dial(to: remote, from: local)
            try keep(socket, for: attempt)
        } catch {
            let failure = DialFailure(error, dialling: remote, from: local)
            settle(.dialFailed(attempt, failure))
        }
    }

    private mutating func keep(
        _ socket: consuming Socket,
        for attempt: DialAttempt
    ) throws(SystemError) {
        let local = socket.isConnecting ? nil : try socket.localAddress()
        let link = try transport.take(
            socket,
            inSlot: attempt.id.slot,
            attempt: attempt.number,
            by: kernel.epoll
        )
        if let local { settle(.dialSucceeded(attempt, local: local.peerAddress), of: link) }
    }

    /// The address of ours that the configuration names for the family of `address`.
    private func source(
        for address: PeerAddress
    ) throws(SocketAddress.Obstacle) -> SocketAddress? {
        let wantsIPv4 = address.ip?.v4 != nil
        let source = configuration.outbound.bind.first { ($0.v4 != nil) == wantsIPv4 }
        guard let source else { return nil }
        return try SocketAddress(PeerAddress(source, port: 0))
    }
}

extension Peers.Totals {
    fileprivate mutating func count(_ report: Report) {
        switch report {
        case .accepted: accepted += 1
        case .connected: connected += 1
        case .failed, .failedAgain: failed += 1
        case .ended: ended += 1
        case .attempting, .ready, .retrying, .persistentAdded, .persistentAdopted,
            .persistentRemoved, .refused, .refusalsSilenced, .refusalsSuppressed, .outboundPaused,
            .resourcesExhausted, .banned, .unbanned,
            .bansSilenced, .bansSuppressed, .networkActive, .shuttingDown,
            .persistentWaiting, .hangingUp, .persistentDown, .nobodyToDial, .targetMissed:
            break
        }
    }
}
