internal import Addressing
internal import Timing

/// What lies between machines: connections that carry bytes with latency, in any pieces, in order.
extension EngineWorld {
    /// After so long, in the mean, a kernel sends again.
    private static let retransmission = Duration.seconds(2)

    private func latency(_ wire: Wire) -> Duration {
        let base = latencies[pair(wire[.dialler].node, wire[.listener].node)]
        return base + (scenario.isPiecemeal ? random.duration(below: base / 4) : .zero)
    }

    private func isSilent(_ wire: Wire) -> Bool {
        let (one, other) = (wire[.dialler].node, wire[.listener].node)
        return isSilent[pair(one, other)] || !isUp(one) || !isUp(other)
    }

    private func isUp(_ node: Int) -> Bool { node >= machines.count || machines[node].isUp }

    // MARK: Connecting

    /// Begins to connect.
    func connect(
        from node: Int,
        at local: PeerAddress,
        to remote: PeerAddress,
        owner: End.Owner
    ) -> Int {
        wireCount += 1
        let capacity = random.element(of: scenario.capacities)
        let target = nodes[remote] ?? -1
        let wire = Wire(
            wireCount,
            dialler: End(node: node, address: local, owner: owner, flow: Flow(capacity: capacity)),
            listener: End(
                node: max(target, 0),
                address: remote,
                owner: .nobody,
                isOpen: false,
                flow: Flow(capacity: capacity)
            )
        )
        wires[wireCount] = wire
        // To where nobody is packets vanish, and the dialler gives up by itself.
        if target >= 0 { schedule(.arrival(wire: wireCount), in: latency(wire)) }
        return wireCount
    }

    /// The first packet reaches the listener's kernel, which answers for it.
    func arrive(_ number: Int) {
        guard let wire = wires[number] else { return }
        guard wire[.dialler].isOpen else { return forget(number) }
        guard !isSilent(wire) else {
            return schedule(.arrival(wire: number), in: random.duration(around: .seconds(1)))
        }
        let node = wire[.listener].node
        var error: CInt?
        if node >= machines.count {
            let place = TalkPlace(wire: number, side: .listener)
            if strangers[node - machines.count].isListening {
                wires[number]?[.listener].isOpen = true
                wires[number]?[.listener].owner = .stranger(node - machines.count)
                begin(at: place, of: node - machines.count)
            } else {
                error = Errno.refused
            }
        } else if let process = machines[node].process, !process.isStopping {
            wires[number]?[.listener].isOpen = true
            wires[number]?[.listener].owner = .backlog(process: process.number)
            process.backlog.append(number)
            wake(process)
        } else {
            error = Errno.refused
        }
        schedule(.answer(wire: number, error: error), in: latency(wire))
    }

    func answer(_ number: Int, _ error: CInt?) {
        guard let wire = wires[number] else { return }
        guard wire[.dialler].isOpen else { return }
        guard !isSilent(wire) else {
            let delay = random.duration(around: Self.retransmission)
            return schedule(.answer(wire: number, error: error), in: delay)
        }
        wires[number]?[.dialler].error = error
        switch wire[.dialler].owner {
        case .socket: notify(number, .dialler)
        case .stranger(let index):
            if error == nil {
                begin(at: TalkPlace(wire: number, side: .dialler), of: index)
            } else {
                forget(number)
            }
        case .nobody, .backlog: break
        }
    }

    // MARK: Carrying

    /// The kernel takes what it has room for.
    ///
    /// - Returns: How many bytes; nil if the connection is broken.
    func send(_ bytes: ArraySlice<UInt8>, on number: Int, _ side: Side) -> Int? {
        guard let wire = wires[number], wire[side].error == nil else { return nil }
        var count = min(bytes.count, wire[side].flow.room)
        if scenario.isPiecemeal, count > 1, random.chance(0.1) {
            count = random.number(in: 1...count)
        }
        if count < bytes.count { wires[number]?[side].wantsRoom = true }
        guard count > 0 else { return 0 }
        wires[number]?[side].flow.append(bytes.prefix(count))
        var left = count
        while left > 0 {
            let piece =
                scenario.isPiecemeal && random.chance(0.2) ? random.number(in: 1...left) : left
            schedule(.segment(wire: number, side, count: piece), in: latency(wire))
            left -= piece
        }
        // Room that is left is told of at once, as epoll does.
        if count < bytes.count, wires[number]?[side].flow.room ?? 0 > 0 {
            schedule(.room(wire: number, side), in: .microseconds(50))
        }
        return count
    }

    func deliver(_ count: Int, of number: Int, _ side: Side) {
        guard let wire = wires[number], wire[side].flow.onTheWay >= count else { return }
        if isSilent(wire) {
            if wire[side].isOpen { wires[number]?.stalledSince = wire.stalledSince ?? now }
            if let since = wire.stalledSince, now - since > scenario.kernelPatience {
                return fail(number, side, Errno.timedOut)
            }
            let delay = random.duration(around: Self.retransmission)
            return schedule(.segment(wire: number, side, count: count), in: delay)
        }
        wires[number]?.stalledSince = nil
        guard wire[side.other].isOpen else {
            if wire[side].isOpen { schedule(.reset(wire: number, side), in: latency(wire)) }
            return
        }
        wires[number]?[side].flow.arrive(count)
        notify(number, side.other)
    }

    /// Takes what has arrived at one side.
    func read(_ number: Int, _ side: Side, atMost limit: Int) -> Reading {
        guard let wire = wires[number] else { return .failed(Errno.reset) }
        let flow = wire[side.other].flow
        guard flow.arrived > 0 else {
            if let error = wire[side].error { return .failed(error) }
            return flow.isFinished ? .endOfFile : .wouldBlock
        }
        var count = min(limit, flow.arrived)
        if scenario.isPiecemeal, count > 1, random.chance(0.3) {
            count = random.number(in: 1...count)
        }
        let bytes = wires[number]?[side.other].flow.take(count) ?? []
        if wire[side.other].wantsRoom {
            wires[number]?[side.other].wantsRoom = false
            schedule(.room(wire: number, side.other), in: latency(wire))
        }
        return .bytes(bytes)
    }

    /// Whether there is more to read on one side, or to hear.
    func isReadable(_ number: Int, _ side: Side) -> Bool {
        guard let wire = wires[number] else { return false }
        let flow = wire[side.other].flow
        return flow.arrived > 0 || flow.isFinished || wire[side].error != nil
    }

    func hearRoom(_ number: Int, _ side: Side) {
        guard let wire = wires[number], wire[side].isOpen else { return }
        guard !isSilent(wire) else {
            return schedule(.room(wire: number, side), in: random.duration(around: .seconds(1)))
        }
        switch wire[side].owner {
        case .socket(let number, let slot):
            guard let process = processes[number] else { return }
            process.sockets[slot]?.isWritable = true
            list(slot, of: process)
        case .stranger: talkOn(TalkPlace(wire: number, side: side))
        case .nobody, .backlog: break
        }
    }

    // MARK: Ending

    /// One side closes. `silently` is what a machine does that vanishes.
    func close(_ number: Int, _ side: Side, silently: Bool = false) {
        guard let wire = wires[number], wire[side].isOpen else { return }
        wires[number]?[side].isOpen = false
        wires[number]?[side].owner = .nobody
        talks[TalkPlace(wire: number, side: side)] = nil
        guard wire[side.other].isOpen else { return forget(number) }
        noteLonely(number, side.other)
        schedule(.probe(wire: number, side.other), in: scenario.keepAlive)
        guard !silently else { return }
        if wire[side.other].flow.held > 0 || wire[side].error != nil {
            // Something wasn't read: whoever sent it is told at once.
            schedule(.reset(wire: number, side.other), in: latency(wire))
        } else {
            schedule(.finish(wire: number, side), in: latency(wire))
        }
    }

    /// One side says that it sends nothing more, and goes on reading.
    func halfClose(_ number: Int, _ side: Side) {
        guard let wire = wires[number], wire[side].isOpen else { return }
        schedule(.finish(wire: number, side), in: latency(wire))
    }

    func finish(_ number: Int, _ side: Side) {
        guard let wire = wires[number], wire[side.other].isOpen else { return }
        guard !isSilent(wire), wire[side].flow.onTheWay == 0 else {
            let delay = random.duration(around: Self.retransmission)
            return schedule(.finish(wire: number, side), in: delay)
        }
        wires[number]?[side].flow.isFinished = true
        notify(number, side.other)
    }

    func hearReset(_ number: Int, _ side: Side) {
        // Nobody sends it again.
        guard let wire = wires[number], !isSilent(wire) else { return }
        fail(number, side, Errno.reset)
    }

    /// The kernel gives one side's connection up.
    func fail(_ number: Int, _ side: Side, _ error: CInt) {
        guard let wire = wires[number], wire[side].isOpen, wire[side].error == nil else { return }
        wires[number]?[side].error = error
        notify(number, side)
    }

    /// Whether the other end is there still.
    func probe(_ number: Int, _ side: Side) {
        guard let wire = wires[number], wire[side].isOpen, !wire[side.other].isOpen else { return }
        fail(number, side, isSilent(wire) ? Errno.timedOut : Errno.reset)
    }

    func forget(_ number: Int) {
        wires[number] = nil
        talks[TalkPlace(wire: number, side: .dialler)] = nil
        talks[TalkPlace(wire: number, side: .listener)] = nil
    }

    /// Tells an end's owner that there is something.
    private func notify(_ number: Int, _ side: Side) {
        guard let end = wires[number]?[side] else { return }
        switch end.owner {
        case .socket(let process, let slot):
            if let process = processes[process] { list(slot, of: process) }
        case .stranger: talkOn(TalkPlace(wire: number, side: side))
        case .nobody, .backlog: break
        }
    }
}
