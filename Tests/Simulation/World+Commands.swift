internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// What operators and applications ask for, at random. Each answer is compared with what the ledger
/// says it must be, and each consent with what must have come of it.
extension World {
    /// One command, each as often as it is worth: those that change much are rare.
    mutating func command() throws(BrokenPromise) {
        switch random.number(below: 100) {
        case 0..<20: try connect(to: someTarget())
        case 20..<30: try abandon()
        case 30..<52: try addPersistent(someTarget())
        case 52..<68: try disconnect(someSelector())
        case 68..<80: try remove(someSelector())
        case 80..<88: try ban(somePrefix())
        case 88..<93: try unban()
        case 93..<96: try banMisbehaving()
        default: try setNetworkActive(random.chance(core.isNetworkActive ? 0.5 : 0.9))
        }
    }

    // MARK: Whom they mean

    /// Mostly peers that operators know, so that the same ones are meant again and again; sometimes
    /// what is in the table already.
    private mutating func someTarget() -> PeerTarget {
        switch random.number(below: 10) {
        case 0..<3: .name(random.element(of: population.names).name)
        case 3..<6: .address(random.element(of: population.unlisted))
        case 6..<8: .address(random.element(of: population.peers).address)
        default: someConnection().map { core.table.target(of: $0) } ?? .address(Self.nobody)
        }
    }

    /// Where nobody answers until the world is kind.
    private static let nobody = PeerAddress(IPAddress(v4: 0xcb00_7107), port: Scenario.defaultPort)

    private mutating func someConnection() -> Connection? {
        let connections = Array(core.table.connections)
        return connections.isEmpty ? nil : random.element(of: connections)
    }

    /// By id, by address, by bare address, and one in ten of nobody.
    private mutating func someSelector() -> Selector {
        guard let connection = someConnection() else { return .number(7) }
        return switch random.number(below: 10) {
        case 0..<4: .number(connection.id.number)
        case 4..<6: .target(core.table.target(of: connection))
        case 6: connection.remote.map { .target(.address($0)) } ?? .number(connection.id.number)
        case 7, 8:
            connection.remote?.ip.map { .host($0) } ?? .host(random.element(of: population.callers))
        default: .number(connection.id.number + 1_000_000)
        }
    }

    /// From one host to all of IPv6.
    private mutating func somePrefix() -> Prefix {
        var ip = random.element(of: population.callers)
        if random.chance(0.6), let remote = someConnection()?.remote?.ip { ip = remote }
        // Often the IPv4 host behind a tunnel's address.
        if let inner = ip.embeddedIPv4, random.chance(0.5) { ip = IPAddress(v4: inner) }
        let lengths = ip.v4 == nil ? [0, 32, 48, 64, 128] : [112, 120, 120, 128, 128, 128]
        return Prefix(ip, length: random.element(of: lengths))
    }

    // MARK: Commands

    mutating func connect(to target: PeerTarget) throws(BrokenPromise) {
        let explained = explanation(of: target, .manual)
        let expected = ledger.refusalToConnect(target, at: moment, bans)
        // From too short for anything to longer than everything, often about as long as it takes.
        let longest = Duration.seconds(random.element(of: [5, 20, 90]))
        let limit: Duration? = random.chance(0.5) ? random.duration(below: longest) : nil
        ledger.asked = limit
        defer { ledger.asked = nil }
        let (id, refusal) = ask { world, actions throws(Refusal) in
            try world.core.connect(target, within: limit, at: world.moment, &actions)
        }
        try compare(explained, refusal, "connect \(target)")
        try compare("connect \(target)", refusal, expected)
        guard let id else { return }
        try require(core.table[id]?.isDialing == true, "connect leads to nothing")
    }

    /// Whoever asked for a connection goes away. A persistent one is nobody's to abandon.
    private mutating func abandon() throws(BrokenPromise) {
        let dialling = core.table.connections.filter { connection in
            connection.kind == .manual && (connection.isDialing || connection.isHandshaking)
        }
        guard !dialling.isEmpty else { return }
        let connection = random.element(of: Array(dialling))
        _ = ask { world, actions throws(Refusal) in
            world.core.abandon(connection.id, at: world.moment, &actions)
        }
        try compare("abandon \(connection.id)", nil, nil)
        try require(
            (core.table[connection.id] == nil) != connection.isPersistent,
            "\(connection.id) is abandoned and there, or persistent and gone"
        )
    }

    mutating func addPersistent(_ target: PeerTarget) throws(BrokenPromise) {
        let explained = explanation(of: target, .persistent)
        let expected = ledger.refusalToAddPersistent(target)
        ledger.adopting = target
        defer { ledger.adopting = nil }
        let (id, refusal) = ask { world, actions throws(Refusal) in
            try world.core.addPersistent(target, at: world.moment, &actions)
        }
        try compare(explained, refusal, "addPersistent \(target)")
        try compare("addPersistent \(target)", refusal, expected)
        guard let id else { return }
        try require(core.table[id]?.isPersistent == true, "\(id) was added and isn't persistent")
    }

    /// Afterwards each of the selected is gone, or it waits if it is persistent.
    mutating func disconnect(_ selector: Selector) throws(BrokenPromise) {
        let selected = ledger.selected(by: selector)
        let expected = ledger.refusalToDisconnect(selector)
        let (count, refusal) = ask { world, actions throws(Refusal) in
            try world.core.disconnect(selector, at: world.moment, &actions)
        }
        try compare("disconnect \(selector)", refusal, expected)
        guard let count else { return }
        try require(count == selected.count, "disconnect was about \(count)")
        for entry in selected {
            let isGone = core.table[entry.id]?.isWaiting ?? !entry.isPersistent
            try require(isGone, "\(entry.id) was disconnected and is there")
        }
    }

    /// Afterwards ids and addresses of the persistent ones among the selected are free.
    mutating func remove(_ selector: Selector) throws(BrokenPromise) {
        let selected = ledger.selected(by: selector).filter(\.isPersistent)
        let expected = ledger.refusalToRemove(selector)
        let (outcome, refusal) = ask { world, actions throws(Refusal) in
            try world.core.remove(selector, at: world.moment, &actions)
        }
        try compare("remove \(selector)", refusal, expected)
        guard let outcome else { return }
        try require(
            outcome == RemovalOutcome(count: selected.count, isUntilReload: false),
            "remove came to \(outcome)"
        )
        for entry in selected {
            try require(core.table[entry.id] == nil, "\(entry.id) was removed and is there")
        }
    }

    /// A ban closes what it covers, but for whitelisted, manual and persistent peers, which it
    /// names.
    private mutating func ban(_ prefix: Prefix) throws(BrokenPromise) {
        let durations: [Duration?] = [nil, .seconds(30), .seconds(600), .seconds(86_400)]
        let duration = random.element(of: durations)
        let (closing, spared) = ledger.covered(by: prefix)
        let replaces = random.chance(0.3)
        let longer = bans.longerBan(than: ban(prefix, for: duration, .operator), at: moment)
        let (outcome, refusal) = ask { world, actions throws(Refusal) in
            try world.core.ban(
                prefix,
                for: duration,
                replacing: replaces,
                at: world.moment,
                &actions
            )
        }
        if refusal == nil { note(prefix, for: duration, .operator) }
        let expected: Refusal? =
            if ledger.isShuttingDown {
                .shuttingDown
            } else if let longer, !replaces {
                .bannedLonger(longer.prefix, until: longer.until)
            } else {
                nil
            }
        try compare("ban \(prefix)", refusal, expected)
        guard let outcome else { return }
        try require(
            outcome.closed == closing.count && outcome.spared == spared,
            "\(prefix) closed \(outcome.closed) and spared \(outcome.spared), not \(spared)"
        )
        try requireGone(closing)
    }

    private mutating func banMisbehaving() throws(BrokenPromise) {
        guard let connection = someConnection() else { return }
        try banMisbehaving(connection.id, random.chance(0.5) ? .misbehaved : .malformed)
    }

    /// Who misbehaves is disconnected. An automatic ban covers its host if it came to us, unless
    /// the peer is whitelisted, behind a proxy or of the machine itself; of whom we dialled the
    /// address and port alone aren't picked again.
    mutating func banMisbehaving(
        _ id: ConnectionID,
        _ fault: SessionFault
    ) throws(BrokenPromise) {
        guard let entry = ledger[id] else { return }
        let isOpen = entry.standing.openSince != nil
        let isSpared = entry.isWhitelisted || entry.isProxied || entry.isTrusted
        var closing = [id]
        let duration = random.duration(around: .seconds(3_600))
        if isOpen, entry.kind != .inbound, let address = entry.address {
            ledger.noteOffender(address, until: now + duration)
        }
        if isOpen, entry.kind == .inbound, !isSpared, let ip = entry.address?.ip {
            let prefix = Self.host(of: ip)
            closing += ledger.covered(by: prefix, isAutomatic: true).closing
            note(prefix, for: duration, .automatic)
        }
        let sockets = closing.map(shell.holding)
        let (_, refusal) = ask { world, actions throws(Refusal) in
            try world.core.banMisbehaving(
                id,
                fault,
                for: duration,
                at: world.moment,
                picking: &world.source,
                &actions
            )
        }
        try compare("banMisbehaving \(id)", refusal, isOpen ? nil : .notFound)
        guard isOpen else { return }
        // A persistent one may have been redialled, but what it had is closed.
        for (id, socket) in zip(closing, sockets) {
            try require(shell.holding(of: id) != socket, "\(id) was banned and is there")
        }
    }

    /// The host of an address: an IPv4 address, in whichever form, or an IPv6 /64.
    private static func host(of ip: IPAddress) -> Prefix {
        if let v4 = ip.v4 ?? ip.embeddedIPv4 { return Prefix(IPAddress(v4: v4), length: 128) }
        return Prefix(ip, length: 64)
    }

    private mutating func note(_ prefix: Prefix, for duration: Duration?, _ origin: Ban.Origin) {
        bans.insert(ban(prefix, for: duration, origin), at: moment)
    }

    private func ban(_ prefix: Prefix, for duration: Duration?, _ origin: Ban.Origin) -> Ban {
        Ban(
            prefix: prefix,
            until: duration.map { moment.wall + $0 },
            ends: duration.map { now + $0 },
            origin: origin
        )
    }

    private mutating func unban() throws(BrokenPromise) {
        let known = bans.bans.map(\.prefix)
        try unban(known.isEmpty ? somePrefix() : random.element(of: known))
    }

    mutating func unban(_ prefix: Prefix) throws(BrokenPromise) {
        let isKnown = bans.bans.contains { $0.prefix == prefix }
        let (_, refusal) = ask { world, actions throws(Refusal) in
            try world.core.unban(prefix, &actions)
        }
        if refusal == nil {
            bans.remove(prefix)
            ledger.pacing.freed()
        }
        let expected: Refusal? = ledger.isShuttingDown ? .shuttingDown : isKnown ? nil : .notFound
        try compare("unban \(prefix)", refusal, expected)
    }

    mutating func setNetworkActive(_ isActive: Bool) throws(BrokenPromise) {
        let (_, refusal) = ask { world, actions throws(Refusal) in
            try world.core.setNetworkActive(isActive, at: world.moment, &actions)
        }
        let expected: Refusal? = ledger.isShuttingDown ? .shuttingDown : nil
        try compare("setNetworkActive \(isActive)", refusal, expected)
        try require(expected != nil || core.isNetworkActive == isActive, "the network is not so")
    }

    /// Afterwards there is nothing left, in the table as in the shell.
    mutating func shutDown() throws(BrokenPromise) {
        // In a kind world hardly anybody is being dialled.
        if random.chance(0.5) { try connect(to: .address(Self.nobody)) }
        _ = ask { world, actions throws(Refusal) in
            world.core.shutDown(at: world.moment, &actions)
        }
        try compare("shutDown", nil, nil)
        try require(core.table.count == 0 && shell.count == 0, "the shutdown left something")
    }

    // MARK: Answers

    /// Asks the core, with an empty buffer for what comes of it.
    private mutating func ask<Answer>(
        _ question: (inout World, inout Actions) throws(Refusal) -> Answer
    ) -> (Answer?, Refusal?) {
        // Lent to the question, so that it can have the world besides.
        var actions = Actions()
        defer { self.actions = actions }
        do throws(Refusal) {
            return (try question(&self, &actions), nil)
        } catch {
            return (nil, error)
        }
    }

    /// Holds an answer against the rules, then does what came of the command. What is refused must
    /// change nothing.
    private mutating func compare(
        _ line: @autoclosure () -> String,
        _ refusal: Refusal?,
        _ expected: Refusal?
    ) throws(BrokenPromise) {
        write(line() + (refusal.map { ": " + $0.name.word } ?? ""))
        if let refusal { tally.count("refused: " + refusal.name.word) }
        guard refusal == expected else {
            let answers = (refusal.map { "\($0)" } ?? "yes", expected.map { "\($0)" } ?? "yes")
            throw BrokenPromise("\(line()) is answered \(answers.0) instead of \(answers.1)")
        }
        try require(refusal == nil || actions.pending.isEmpty, "a refused command did something")
        try settle()
    }

    private func requireGone(_ ids: [ConnectionID]) throws(BrokenPromise) {
        for id in ids { try require(core.table[id] == nil, "\(id) was banned and is there") }
    }

    func require(_ holds: Bool, _ what: @autoclosure () -> String) throws(BrokenPromise) {
        guard holds else { throw BrokenPromise(what()) }
    }
}
