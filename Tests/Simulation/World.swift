internal import Addressing
internal import ConnectionCore
import Engine
import Facts
internal import HeapModule
internal import Timing

/// A world of peers around the real core: a clock, a queue of what is in store, an address list,
/// and the models that watch.
///
/// Everything comes of the seed. The core is only what it is in the daemon: facts go in, steps come
/// out, and the world does them. What is here: `World` keeps time and carries between core, shell
/// and models; `World+Kernel` is what dials and resolver answers come to; `World+Arrivals` and
/// `World+Commands` are who comes and what operators ask; `World+Moods` is the weather.
struct World {
    let seed: UInt64
    let scenario: Scenario
    /// Somewhere in the first months after the machine's start, so that nothing relies on a clock
    /// that begins at zero.
    let began: Instant

    var core: ConnectionCore
    var shell = Shell()
    var source: AddressList
    var population: Population
    var mood = Mood()
    /// The world's own chance; the core has another generator, which it seeds from one draw.
    var random: SeededRandom
    /// What one reading of the clock gave: all of one step happens at this time.
    var now: Instant
    /// Between the machine's clock and the calendar, which somebody may set.
    var wallOffset: Int64 = 1_770_000_000_000_000

    // The models. They learn what happens and what the core says, never what it thinks.
    var ledger: Ledger
    var bans = BanBook()
    private var banLines = BanLines()
    var doorman: Doorman
    private var listing = Listing()
    private var history = History()

    /// Lent to the core at each step, as in the daemon.
    var actions = Actions()
    let trace: Trace
    var tally = Tally()
    var step = 0
    /// Since when an outbound connection has been missing.
    var neglectedSince: Instant?
    /// What happened while the loop stood still is still coming, and deadlines come after it.
    var isCatchingUp = false
    private var queue = Heap<Scheduled>()
    private var scheduled: UInt64 = 0

    /// `draw` makes the scenario of the seed's first draws; `sink` gets the trace's lines.
    init(
        seed: UInt64,
        sink: ((String) -> Void)?,
        draw: (inout SeededRandom) -> Scenario
    ) {
        self.seed = seed
        random = SeededRandom(seed: seed)
        scenario = draw(&random)
        population = Population(scenario, &random)
        source = AddressList(population.listed)
        core = ConnectionCore(policy: scenario.policy, seed: random.next())
        ledger = Ledger(policy: scenario.policy)
        doorman = Doorman(policy: scenario.policy)
        trace = Trace(sink: sink)
        began = Instant(nanoseconds: 1_000_000_000 * Int64(random.number(below: 10_000_000)))
        now = began
    }

    /// Both clocks' readings of this step. The calendar may have been set meanwhile.
    var moment: Moment {
        Moment(
            instant: now,
            wall: WallTime(microseconds: wallOffset + now.nanoseconds / 1_000)
        )
    }

    var elapsed: Duration { now - began }

    /// Whether models and trace follow; without them a run costs what the core costs.
    var isWatched: Bool { scenario.checkEvery > 0 }

    /// Puts something in store. What is in store comes, whatever the core does meanwhile.
    mutating func schedule(_ happening: Happening, in delay: Duration = .zero) {
        scheduled += 1
        queue.insert(Scheduled(at: now + delay, number: scheduled, happening: happening))
    }

    /// Adds a line to the trace. The line is only put together when somebody follows.
    func write(_ line: @autoclosure () -> String) {
        if isWatched { trace.write(line(), at: elapsed) }
    }

    // MARK: Time

    /// Lets time pass, stopping at all that happens and whenever the core asked to be woken.
    mutating func run(for duration: Duration) throws(Violation) {
        let end = now + duration
        try checked { world throws(BrokenPromise) in
            while try world.turn(before: end) {}
        }
        now = end
    }

    /// Does something, and says of a broken promise where in the run it was.
    mutating func checked(
        _ body: (inout World) throws(BrokenPromise) -> Void
    ) throws(Violation) {
        do throws(BrokenPromise) {
            try body(&self)
        } catch {
            throw Violation(seed: seed, elapsed: elapsed, step: step, what: error.what)
        }
    }

    /// One turn of the daemon's loop: the next thing in store, or the core's deadline.
    ///
    /// - Returns: False when nothing more is due before `end`.
    private mutating func turn(before end: Instant) throws(BrokenPromise) -> Bool {
        let wake = core.deadline.map { max($0 + lateness(), now) } ?? .distantFuture
        if let next = queue.min, next.at <= wake {
            guard next.at <= end else { return false }
            queue.removeMin()
            now = max(now, next.at)
            step += 1
            if isWatched, !isCatchingUp { try checkWakefulness() }
            try happen(next.happening)
            return true
        }
        guard wake <= end else { return false }
        now = wake
        step += 1
        try reachDeadline()
        return true
    }

    /// A busy loop gets round to a deadline a little later.
    private mutating func lateness() -> Duration {
        guard scenario.oversleeps, random.chance(0.1) else { return .zero }
        return random.duration(below: Self.mostLateness)
    }

    private static let mostLateness = Duration.milliseconds(20)

    /// Wakes the core. Once woken it must be content for a while.
    private mutating func reachDeadline() throws(BrokenPromise) {
        isCatchingUp = false
        try deliver(.deadlineReached, "wake")
        if let next = core.deadline, next <= now {
            throw BrokenPromise("the core asks to be woken at once again: the loop would spin")
        }
    }

    private mutating func happen(_ happening: Happening) throws(BrokenPromise) {
        switch happening {
        case .resolved(let attempt, let addresses):
            try resolved(attempt, addresses)
        case .connected(let attempt, let local, let stay):
            try connected(attempt, local, stay)
        case .dialFailed(let attempt, let failure):
            try dialFailed(attempt, failure)
        case .closed(let id, let socket, let ending):
            try closed(id, socket, ending)
        case .session(let id, let socket, let news):
            try hear(news, of: id, socket)
        case .arrival:
            try arrive()
            if let gap = scenario.meanArrivalGap {
                schedule(.arrival, in: random.duration(around: gap))
            }
        case .strangersArrival:
            try floodArrives()
        case .replacement:
            try replace()
        case .command:
            if !mood.isKind { try command() }
            try explainSomebody()
            try listing.turnPage(of: core.table)
            try checkBanPages()
            if let gap = scenario.meanCommandGap {
                schedule(.command, in: random.duration(around: gap))
            }
        case .moodChange:
            if !mood.isKind { try changeMood() }
            if let gap = scenario.meanMoodGap {
                schedule(.moodChange, in: random.duration(around: gap))
            }
        case .idleWake:
            try explainSomebody()
            try reachDeadline()
            schedule(.idleWake, in: random.duration(around: .seconds(60)))
        }
    }

    // MARK: One step of the core

    /// Gives the core a fact and does what comes of it.
    mutating func deliver(_ event: Event, _ line: @autoclosure () -> String) throws(BrokenPromise) {
        write(line())
        actions.removeAll()
        core.handle(event, at: moment, picking: &source, &actions)
        let isDeadline = if case .deadlineReached = event { true } else { false }
        try settle(afterDeadline: isDeadline)
    }

    /// Gives the core a fact about something that is over, which must change nothing.
    mutating func deliverStale(
        _ event: Event,
        _ line: @autoclosure () -> String
    ) throws(BrokenPromise) {
        try deliver(event, "stale " + line())
        tally.count("stale events")
        guard actions.pending.isEmpty else {
            throw BrokenPromise("steps are taken for something that is over")
        }
    }

    /// Does what the core asked for, then holds everything against everything. `newcomer` is a peer
    /// that was just admitted.
    mutating func settle(
        afterDeadline: Bool = false,
        newcomer: (id: ConnectionID, arrival: Arrival)? = nil
    ) throws(BrokenPromise) {
        let steps = actions.pending
        for action in steps { try perform(action) }
        if let newcomer { try shell.accepted(newcomer.id, newcomer.arrival.remote) }
        guard isWatched else {
            source.forgetStarts()
            return
        }
        ledger.settle(at: now)
        try checkStarts()
        guard step % scenario.checkEvery == 0 else { return }
        core.checkInvariants()
        try shell.agree(with: core.table)
        try ledger.agree(with: core.table)
        try checkCounts()
        try checkTimeliness(afterDeadline: afterDeadline)
    }

    /// When the core asked to be woken, all that is due is done with that; and it asked in time.
    private mutating func checkTimeliness(afterDeadline: Bool) throws(BrokenPromise) {
        let isNeglected = ledger.isTargetNeglected(at: now)
        if afterDeadline {
            try ledger.checkTimeliness(at: now)
            try require(!isNeglected, "an outbound connection is missing and none is dialled")
        }
        neglectedSince = isNeglected ? neglectedSince ?? now : nil
    }

    /// Before a step: the core let nothing pass by for longer than the loop oversleeps.
    private func checkWakefulness() throws(BrokenPromise) {
        let latest = now - Self.mostLateness
        try ledger.checkTimeliness(at: latest)
        try require(
            neglectedSince.map { latest <= $0 } ?? true,
            "an outbound connection is missing and the core isn't woken for it"
        )
    }

    /// One step, in its turn: first the models hear of it, then the shell does it, then the world
    /// answers, at once or later, but never within the step.
    private mutating func perform(_ action: Action) throws(BrokenPromise) {
        write(action.line)
        switch action {
        case .resolve(let attempt, let name):
            if isWatched { try ledger.resolving(attempt, name) }
            try shell.resolve(attempt, name)
            resolve(attempt, name)
        case .dial(let attempt, let address):
            if isWatched { try ledger.dialing(attempt, address, at: moment, bans) }
            try shell.dial(attempt, address)
            dial(attempt, address)
        case .close(let id):
            if isWatched { try ledger.closing(id) }
            try shell.close(id)
        case .keep(let prefix):
            if isWatched { try banLines.kept(prefix, bans, at: moment) }
        case .report(let report):
            guard isWatched else { return }
            try banLines.note(report, at: now)
            tally.count(report)
            if let ended = EndedConnection(report, at: now) { history.append(ended) }
            try ledger.note(report, at: moment, bans)
            try doorman.note(report, at: now)
            if case .ready(let subject) = report { noteReady(subject) }
        }
    }

    /// Bans in pages are those that are listed at once, and so are the ended connections.
    private mutating func checkBanPages() throws(BrokenPromise) {
        let moment = moment
        var (pages, last) = core.bans.page(after: nil, limit: 3, at: moment)
        while let previous = last {
            let (page, next) = core.bans.page(after: previous, limit: 3, at: moment)
            pages += page
            last = next
        }
        try require(pages == bans.inForce(at: moment), "other bans are listed in pages")
    }

    /// What has ended is remembered, the latest first, as often as it was reported.
    func checkHistory() throws(BrokenPromise) {
        guard isWatched else { return }
        let ended = tally.counts.filter { $0.key.hasPrefix("ended: ") }.values.reduce(0, +)
        let failed = tally.counts.filter { $0.key.hasPrefix("failed: ") }.values.reduce(0, +)
        let all = ended + failed
        try require(history.total == UInt64(all), "\(history.total) of \(all) remembered")
        var (pages, cursor) = history.page(limit: 64)
        while let previous = cursor {
            let (page, next) = history.page(after: previous, limit: 64)
            try require(!page.isEmpty, "an empty page of the history")
            pages += page
            cursor = next
        }
        let kept = min(ended, History.capacity) + min(failed, History.capacity)
        try require(pages.count == kept, "\(pages.count) on all pages")
    }

    /// A host that was ready is spared from floods, unless its address is a proxy's.
    private mutating func noteReady(_ subject: Subject) {
        guard let entry = ledger[subject.id], let address = entry.address, !entry.isProxied else {
            return
        }
        doorman.noteReady(HostKey(address.host), at: now)
    }

    // MARK: What the core told others

    /// What the core told the address source, and what it counts itself, must be what it reported.
    private func checkCounts() throws(BrokenPromise) {
        guard source.successes == ledger.expectedSuccesses else {
            throw BrokenPromise(
                "\(source.successes) successes noted, \(ledger.expectedSuccesses) reported"
            )
        }
        guard source.failures == ledger.expectedFailures else {
            throw BrokenPromise(
                "\(source.failures) addresses blamed, \(ledger.expectedFailures) are to blame"
            )
        }
        guard core.refusals.total == doorman.refusals + tally.acceptFailures else {
            throw BrokenPromise("\(core.refusals.total) refusals counted")
        }
        guard core.bans.inForce(at: moment) == bans.inForce(at: moment) else {
            throw BrokenPromise("other bans are in force than were made")
        }
    }
}
