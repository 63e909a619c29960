import Addressing
import ConnectionCore
import Engine
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
            let id = try engine.accept(arrival, at: now, &steps)
            var local = listening
            if listening.ip?.isUnspecified ?? false, let own = try? socket.localAddress() {
                local = own.peerAddress
            }
            engine.noteLocalAddress(of: id, local, at: now, &steps)
            // Before the socket lies in a slot that they may free.
            perform()
            if engine.contains(id) { keep(socket, for: id, at: now) }
        } catch {
            // It is among what is to be told, and dropping the socket resets the connection.
            perform()
        }
    }

    private mutating func keep(
        _ socket: consuming Socket,
        for id: ConnectionID,
        at now: Moment
    ) {
        do throws(SystemError) {
            _ = try transport.take(socket, inSlot: id.slot, by: kernel.epoll)
            engine.open(id, at: now, &steps)
            perform()
        } catch {
            settle(.closed(id, Ending(error.code)))
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
        listeners.mourn(at: index, by: kernel.epoll)
        do throws(SystemError) {
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
    mutating func serve(_ link: Link, _ event: ReadyEvent, at now: Moment) {
        guard let id = engine.connection(inSlot: link.slot) else {
            preconditionFailure("slot \(link.slot) has a socket and no connection")
        }
        switch transport.owner(of: link) {
        case .connecting:
            finishDial(link, of: id, at: now)
        case .ours:
            if event.isWritable { sendWaiting(to: link, of: id) }
            // What was sent may have ended the connection.
            guard transport.contains(link), event.isReadable || event.isHangUp || event.isError
            else { return }
            read(from: link, of: id, at: now)
        }
    }

    private mutating func finishDial(_ link: Link, of id: ConnectionID, at now: Moment) {
        let attempt = DialAttempt(id: id, number: transport.attempt(of: link))
        do throws(SystemError) {
            let local = try transport.finishConnecting(link, by: kernel.epoll)
            tell(.dialSucceeded(attempt, local: local.peerAddress), at: now)
        } catch {
            transport.close(slot: link.slot, by: kernel.epoll)
            tell(.dialFailed(attempt, DialFailure(error.code, atOnce: false)), at: now)
        }
    }

    private mutating func read(from link: Link, of id: ConnectionID, at now: Moment) {
        do throws(SystemError) {
            switch engine.reading(of: id) {
            case .read: try receive(from: link, of: id, at: now)
            case .discard: try discard(from: link, of: id, at: now)
            }
        } catch {
            tell(.closed(id, Ending(error.code)), at: now)
        }
    }

    private mutating func receive(
        from link: Link,
        of id: ConnectionID,
        at now: Moment
    ) throws(SystemError) {
        if readBuffer.isEmpty { readBuffer = [UInt8](repeating: 0, count: Self.bytesPerTurn) }
        switch try transport.read(from: link, into: &readBuffer) {
        case .bytes(let count):
            let buffer = readBuffer
            engine.receive(buffer.span.bytes.extracting(0..<count), from: id, at: now, &steps)
            perform()
        case .endOfFile: tell(.closed(id, .closedByPeer), at: now)
        case .wouldBlock: break
        }
    }

    private mutating func discard(
        from link: Link,
        of id: ConnectionID,
        at now: Moment
    ) throws(SystemError) {
        switch try transport.discard(from: link, atMost: Self.bytesPerTurn) {
        case .bytes(let count): engine.noteDiscarded(count, from: id)
        case .endOfFile: tell(.closed(id, .closedByPeer), at: now)
        case .wouldBlock: break
        }
    }
}
