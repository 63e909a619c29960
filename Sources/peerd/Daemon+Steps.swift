import Addressing
import Configuration
import ConnectionCore
import Control
import Engine
import Facts
import LinuxIO
import Timing

extension Daemon {
    /// Does what the engine said, in its order.
    mutating func perform() {
        var index = 0
        while index < steps.pending.count {
            switch steps.take(at: index) {
            case .resolve(let attempt, let name, let waiter):
                resolve(name, for: attempt, of: waiter)
            case .dial(let attempt, let address):
                dial(address, for: attempt)
            case .send(let id, let range):
                send(range, to: id)
            case .close(let id):
                if !transport.close(slot: id.slot, by: kernel.epoll) { kernel.lookups.forget(id) }
            case .report(let report, let details):
                tell(report, details)
            case .remark(let remark):
                journal.write(Notice(remark))
            case .answer(let waiter, let result):
                answer(waiter, result)
            case .store(let request):
                kernel.store?.ask(.store(request))
            }
            index += 1
        }
        steps.removeAll()
    }

    /// One value for journal and event stream, so that they can't disagree.
    private mutating func tell(_ report: Report, _ details: ReportDetails) {
        journal.write(report, details)
        service.noteChange()
        if control.monitors > 0 {
            let event = Peers.Event(timeUnixUSec: now.wall.microseconds, .report(report))
            control.offer(event)
        }
    }

    private mutating func answer(_ waiter: Waiter, _ result: Result<ConnectionRow, Cause>) {
        let place = waiter.number
        switch result {
        case .success(let row):
            control[place].reply(Peers.Connect.Reply(connection: row.told(at: now)))
        case .failure(let cause):
            control[place].reply(cause)
        }
    }

    // MARK: Dialling

    private mutating func resolve(
        _ name: PeerName,
        for attempt: DialAttempt,
        of waiter: Waiter?
    ) {
        let asker = asker(of: attempt, waiter)
        if let reason = kernel.lookups.ask(name, for: attempt, by: asker, at: now.instant) {
            settle(.dialFailed(attempt, .unresolved(reason)))
        }
    }

    /// Who waits for a connection to be made.
    private func asker(of attempt: DialAttempt, _ waiter: Waiter?) -> NameLookups.Asker {
        if let waiter, let credentials = control[waiter.number].credentials {
            return .client(process: credentials.process, user: credentials.user)
        }
        // Not by failures in a row: after an outage hundreds may begin with none.
        return attempt.isFirst ? .firstAttempt : .retry
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

    // MARK: Sending

    /// Sends to a peer what the engine has lent, behind what waits already.
    private mutating func send(_ range: Range<Int>, to id: ConnectionID) {
        guard let link = transport.link(inSlot: id.slot) else { return }
        let moment = momentOfSending(to: id)
        do throws(SystemError) {
            let sent = try transport.send(steps.bytes[range], to: link, by: kernel.epoll)
            if sent < range.count || moment != nil { noteSent(to: link, of: id, at: moment) }
        } catch {
            giveUpSending(to: link, of: id, error)
        }
    }

    /// Sends a peer what the kernel takes of what waits.
    mutating func sendWaiting(to link: Link, of id: ConnectionID) {
        let moment = momentOfSending(to: id)
        do throws(SystemError) {
            try transport.sendWaiting(to: link, by: kernel.epoll)
            noteSent(to: link, of: id, at: moment)
        } catch {
            giveUpSending(to: link, of: id, error)
        }
    }

    private mutating func noteSent(to link: Link, of id: ConnectionID, at moment: Instant?) {
        let waiting = transport.waiting(for: link)
        engine.noteSent(to: id, waiting: waiting, at: moment, now: now)
    }

    /// What waits won't be sent.
    private mutating func giveUpSending(
        to link: Link,
        of id: ConnectionID,
        _ error: SystemError
    ) {
        noteSent(to: link, of: id, at: nil)
        settle(.closed(id, Ending(error.code)), of: link)
    }

    /// The one other reading of the clock in a turn: a ping's own time, since that of the turn
    /// would count its work as the path's. Before it is sent, since loopback delivers in that call.
    private func momentOfSending(to id: ConnectionID) -> Instant? {
        engine.isSendingTimed(to: id) ? Moment.now.instant : nil
    }
}
