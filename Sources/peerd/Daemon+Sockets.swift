import Addressing
import ConnectionCore
import Facts
import Glibc
import LinuxIO
import Timing

extension Daemon {
    // MARK: Listeners

    /// Accepts what waits, up to a bound; epoll says in the next turn whether there is more.
    mutating func accept(from index: Int, at now: Moment) {
        for _ in 0..<Self.acceptsPerTurn {
            do throws(AcceptFailure) {
                guard let accepted = try listeners[index].listener.accept() else { return }
                admit(accepted, from: index, at: now)
            } catch {
                guard recover(from: error, index, at: now) else { return }
            }
        }
    }

    private mutating func admit(
        _ accepted: consuming Accepted,
        from index: Int,
        at now: Moment
    ) {
        let remote = accepted.remote.peerAddress
        let socket = accepted.takeSocket()
        guard !(remote.ip?.lacksZone ?? false) else {
            // On which link it is decides which host it is. Dropping the socket resets it.
            if !hasToldOfUnknownLink { journal.write(.linkUnknown(remote)) }
            hasToldOfUnknownLink = true
            return
        }
        do throws(Refusal) {
            let listening = listeners[index].address
            let arrival = Arrival(
                remote: remote,
                local: listening,
                network: listeners[index].network,
                trustsLoopback: listeners[index].trustsLoopback,
                gate: listeners[index].gate
            )
            let id = try core.admit(arrival, at: now, &actions)
            var local = listening
            if listening.ip?.isUnspecified ?? false, let own = try? socket.localAddress() {
                local = own.peerAddress
            }
            core.noteLocalAddress(of: id, local, at: now, picking: &addresses, &actions)
            if core.table[id] != nil { keep(socket, for: id, at: now) }
        } catch {
            // The core has reported it, and dropping the socket resets the connection.
        }
        perform()
    }

    private mutating func keep(
        _ socket: consuming Socket,
        for id: ConnectionID,
        at now: Moment
    ) {
        let token = sockets.put(socket, for: id)
        do throws(SystemError) {
            try sockets.withSocket(slot: id.slot) { socket throws(SystemError) in
                try socket.clearLinger()
                try kernel.epoll.add(socket.descriptor, token: token, interest: .read)
            }
            beginSession(of: id, at: now)
        } catch {
            settled.append(.closed(id, Ending(error.code)))
        }
    }

    /// - Returns: Whether to go on accepting in this turn.
    private mutating func recover(
        from failure: AcceptFailure,
        _ index: Int,
        at now: Moment
    ) -> Bool {
        switch failure {
        case .transient:
            return false
        case .outOfDescriptors:
            switch kernel.reserve.shedOne(from: &listeners[index].listener) {
            case .shed:
                tell(.acceptFailed(errno: EMFILE), at: now)
                return true
            case .nothingWaiting:
                return false
            case .failed:
                disarm(index, EMFILE, at: now)
                return false
            }
        case .exhausted(let code):
            disarm(index, code, at: now)
            return false
        case .notListening:
            mourn(index, at: now)
            return false
        }
    }

    /// Has a listener that somebody has killed made anew, with one warning.
    private mutating func mourn(_ index: Int, at now: Moment) {
        var obstacle: SystemError?
        do throws(SystemError) {
            try listeners.mourn(at: index, by: kernel.epoll)
            try listeners.revive(at: index, by: kernel.epoll)
        } catch {
            obstacle = error
            listeners[index].disarmedUntil = now.instant + Listeners.mourning
        }
        journal.write(.listenerKilled(listeners[index].address, obstacle))
    }

    private mutating func revive(_ index: Int, at now: Moment) {
        do throws(SystemError) {
            try listeners.revive(at: index, by: kernel.epoll)
            listeners[index].disarmedUntil = nil
            tellListening(index)
        } catch {
            listeners[index].disarmedUntil = now.instant + Listeners.mourning
        }
    }

    /// Leaves a listener alone for a while, lest the loop spins on what it can't accept.
    private mutating func disarm(_ index: Int, _ code: CInt, at now: Moment) {
        tell(.acceptFailed(errno: code), at: now)
        if setInterest([], of: index) {
            listeners[index].disarmedUntil = now.instant + Listeners.rest
        }
    }

    mutating func rearmListeners(at now: Moment) {
        guard let due = listeners.deadline, due <= now.instant else { return }
        if listeners.beginLinkCheck(at: now.instant) { checkLinks(at: now) }
        for index in 0..<listeners.count {
            guard let until = listeners[index].disarmedUntil, until <= now.instant else { continue }
            guard !listeners[index].isDead else {
                revive(index, at: now)
                continue
            }
            listeners[index].disarmedUntil =
                setInterest(.read, of: index) ? nil : now.instant + Listeners.rest
        }
    }

    /// Has listeners made anew whose interface is another one than they were bound to, and those
    /// that waited for theirs.
    private mutating func checkLinks(at now: Moment) {
        for index in 0..<listeners.count where listeners[index].disarmedUntil == nil {
            do throws(SystemError) {
                guard let link = try listeners[index].link() else { continue }
                let isDead = listeners[index].isDead
                guard let interface = link.interface else {
                    guard !isDead else { continue }
                    try listeners.suspend(at: index, by: kernel.epoll)
                    tellListening(index)
                    continue
                }
                guard isDead || interface != listeners[index].listener.address.interface else {
                    continue
                }
                try listeners.suspend(at: index, by: kernel.epoll)
                revive(index, at: now)
            } catch {
                // Out of descriptors: what is there stays, and is looked at again.
                continue
            }
        }
    }

    /// False if even that failed for want of memory; then the next turn tries again.
    private func setInterest(_ interest: Interest, of index: Int) -> Bool {
        do throws(SystemError) {
            try kernel.epoll.modify(
                listeners[index].listener.descriptor,
                token: listeners.token(of: index),
                interest: interest
            )
            return true
        } catch {
            return false
        }
    }

    // MARK: Connections

    /// Something is ready on the socket of a connection.
    mutating func serve(_ event: ReadyEvent, at now: Moment) {
        let slot = Int(event.token.slot)
        guard let connection = core.table.connection(inSlot: slot) else {
            preconditionFailure("slot \(slot) has a socket and no connection")
        }
        guard !sockets.isConnecting(slot: slot) else {
            return finishDial(of: connection.id, at: now)
        }
        if event.isWritable { sendQueued(to: connection.id, at: now) }
        // What was sent may have ended the connection.
        guard sockets.contains(event.token), event.isReadable || event.isHangUp || event.isError
        else { return }
        read(from: connection.id, at: now)
    }

    private mutating func finishDial(of id: ConnectionID, at now: Moment) {
        let attempt = DialAttempt(id: id, number: sockets.attempt(slot: id.slot))
        let token = sockets.token(slot: id.slot)
        do throws(SystemError) {
            let local = try sockets.withSocket(slot: id.slot) { socket throws(SystemError) in
                try socket.connectionResult()
                try kernel.epoll.modify(socket.descriptor, token: token, interest: .read)
                return try socket.localAddress()
            }
            tell(.dialSucceeded(attempt, local: local.peerAddress), at: now)
            beginSession(of: id, at: now)
        } catch {
            sockets.drop(id)
            tell(.dialFailed(attempt, DialFailure(error.code, atOnce: false)), at: now)
        }
    }

    private mutating func read(from id: ConnectionID, at now: Moment) {
        let hasSession = sessions.contains(id.slot)
        do throws(SystemError) {
            let result = try sockets.withSocket(slot: id.slot) { socket throws(SystemError) in
                // Without a peer protocol what arrives is thrown away, and only its end matters.
                try hasSession
                    ? socket.read(into: &readBuffer) : socket.discard(atMost: Self.bytesPerTurn)
            }
            switch result {
            case .bytes(let count):
                sockets.noteRead(count, slot: id.slot)
                if hasSession { receive(count, from: id, at: now) }
            case .endOfFile: tell(.closed(id, .closedByPeer), at: now)
            case .wouldBlock: break
            }
        } catch {
            tell(.closed(id, Ending(error.code)), at: now)
        }
    }

    // MARK: Sending

    /// Sends to a peer what its session has said, behind what waits already.
    mutating func send(_ bytes: [UInt8], to id: ConnectionID, at now: Moment) {
        guard sessions.queue(of: id.slot) == nil else {
            return sessions.append(bytes, slot: id.slot)
        }
        guard let sent = sendAtOnce(bytes[...], to: id), sent < bytes.count else { return }
        sessions.enqueue(bytes[sent...], slot: id.slot, at: now.instant)
        setInterest([.read, .write], of: id)
    }

    private mutating func sendQueued(to id: ConnectionID, at now: Moment) {
        guard let queue = sessions.queue(of: id.slot),
            let sent = sendAtOnce(queue.waiting, to: id),
            sessions.noteSent(sent, slot: id.slot)
        else { return }
        setInterest(.read, of: id)
    }

    /// - Returns: Nil if the connection has ended; the core is told in the next turn.
    private mutating func sendAtOnce(_ bytes: ArraySlice<UInt8>, to id: ConnectionID) -> Int? {
        // The one other reading of the clock in a turn: a ping's own time, since that of the turn
        // would count its work as the path's. Before the call, in which loopback delivers already.
        let moment = sessions.hasUnsentPing(slot: id.slot) ? Moment.now.instant : nil
        do throws(SystemError) {
            let sent = try sockets.withSocket(slot: id.slot) { socket throws(SystemError) in
                try socket.send(bytes)
            }
            sockets.noteSent(sent, slot: id.slot)
            if let moment, sent == bytes.count { sessions.noteAllSent(at: moment, slot: id.slot) }
            return sent
        } catch {
            settled.append(.closed(id, Ending(error.code)))
            return nil
        }
    }

    private mutating func setInterest(_ interest: Interest, of id: ConnectionID) {
        let token = sockets.token(slot: id.slot)
        do throws(SystemError) {
            try sockets.withSocket(slot: id.slot) { socket throws(SystemError) in
                try kernel.epoll.modify(socket.descriptor, token: token, interest: interest)
            }
        } catch {
            settled.append(.closed(id, Ending(error.code)))
        }
    }
}
