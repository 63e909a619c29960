import Addressing
import Configuration
import ConnectionCore
import Control
import DecredWire
import Engine
import LinuxIO
import Systemd
import Timing

/// One turn after the other: what the kernel says becomes facts for the engine, and the steps
/// that it answers with become calls to the kernel. It decides nothing itself.
///
/// A noncopyable local of the main function, so that no access to it is checked at run time.
struct Daemon: ~Copyable {
    /// Work for one listener in one turn.
    static let acceptsPerTurn = 64
    /// Bytes of one peer in one turn.
    static let bytesPerTurn = 65_536

    var configuration: Configuration
    /// Where each of its keys was set, as `LoadedConfiguration` has it.
    var origins: [String: ConfigurationOrigin]
    let arguments: ConfigurationArguments
    private let locks: DirectoryLocks
    var journal: Journal
    var service: ServiceLink
    var engine: Engine
    var steps = Steps()

    var kernel: KernelServices
    /// What is left of the time that a start waits for the disk.
    var loadPatience = Self.loadPatience
    /// Why the state folder can't be had.
    var stateRefusal: DirectoryLock.Failure?
    var transport = Transport()
    /// What peers send is read into it.
    var readBuffer: [UInt8] = []
    /// What has been changed in the configuration and can't while the daemon runs.
    var keysWaitingForRestart: [String] = []
    /// Nil before the first one has ended.
    var lastReload: ReloadResult?
    var listeners = Listeners()
    /// Then those of the configuration are ignored.
    let hasInheritedListeners: Bool
    var control = ControlServer()
    /// Of clients.
    var servingOrder = ServingOrder()
    let startedAt: Instant
    /// The moment of this turn.
    var now: Moment

    /// What came of steps at once: told in the next turn, which then doesn't wait. So there is no
    /// recursion from a step into the engine.
    var settled: [Settled] = []
    private(set) var isStopping = false
    /// Whether a peer was refused already that came by an interface without a usable name.
    var hasToldOfUnknownLink = false
    /// Nil unless what goes into the engine is recorded.
    var recording: EngineRecording?
    var punctuality = Punctuality()
    var clockWatch: ClockWatch

    /// Takes everything that the loop needs and binds the listeners.
    /// `arguments` say where `loaded` came from and will come from again.
    static func prepared(
        for loaded: LoadedConfiguration,
        from arguments: ConfigurationArguments,
        in environment: consuming ServiceEnvironment,
        holding locks: consuming DirectoryLocks,
        recording request: RecordingRequest?,
        saying journal: consuming Journal
    ) throws(StartupError) -> Daemon {
        let (inherited, unknown) = (environment.listeners, environment.unknown)
        let (control, runtime) = (environment.control, locks.runtimePath)
        let statePath = locks.statePath
        let kernel = try KernelServices.open(for: locks)
        let wish = request?.wish
        var daemon = Daemon(loaded, arguments, environment, locks, journal, kernel, wish)
        try daemon.takeState(in: statePath)
        // The store reads while the listeners are bound.
        daemon.keepState(at: .now)
        daemon.close(unknown)
        if inherited.isEmpty {
            try daemon.listen(on: loaded.configuration.listen)
        } else {
            try daemon.adopt(inherited)
        }
        try daemon.openControl(inherited: control, in: runtime)
        // Last, since a start that fails must leave no file in the next one's way.
        if let request { try daemon.openRecording(request) }
        return daemon
    }

    private init(
        _ loaded: LoadedConfiguration,
        _ arguments: ConfigurationArguments,
        _ environment: consuming ServiceEnvironment,
        _ locks: consuming DirectoryLocks,
        _ journal: consuming Journal,
        _ kernel: consuming KernelServices,
        _ wish: RecordingWish?
    ) {
        self.locks = locks
        configuration = loaded.configuration
        origins = loaded.origins
        self.arguments = arguments
        self.kernel = kernel
        hasInheritedListeners = !environment.listeners.isEmpty
        self.journal = journal
        service = ServiceLink(environment.manager)
        // Each chance from the kernel: a run is repeatable only where the seed is given.
        engine = Engine(
            policy: EnginePolicy(configuration),
            addresses: configuration.knownAddresses,
            drawing: .system(SystemRandomNumberGenerator()),
            keepsState: self.kernel.store != nil,
            recording: wish
        )
        now = .now
        startedAt = now.instant
        clockWatch = ClockWatch(at: now)
    }

    /// Runs until SIGTERM or SIGINT, then ends every connection.
    mutating func run() throws(StartupError) {
        do throws(SystemError) {
            try start(at: .now)
            while !isStopping {
                let wait = Punctuality.Wait(from: Moment.now.instant, until: deadline)
                try kernel.epoll.wait(timeout: timeout(of: wait))
                // One reading of the clocks: everything in a turn happens at the same moment.
                try turn(at: .now, after: wait)
            }
            finishState()
            closeRecording()
        } catch {
            stop(at: .now)
            finishState()
            closeRecording()
            throw StartupError(running: error)
        }
    }

    private mutating func start(at now: Moment) throws(SystemError) {
        // While the disk was waited for.
        guard !isStopping else { return }
        keepConfiguredPeers(at: now)
        try awaitStoredState()
        guard !isStopping else { return }
        journal.write(.started(status: statusLine(at: now)))
        service.tell(.ready)
    }

    /// What is due first though nothing happens; it may be in the past.
    private var deadline: Instant {
        var nearest = Instant.distantFuture
        func consider(_ deadline: Instant?) {
            if let deadline { nearest = min(nearest, deadline) }
        }
        consider(engine.deadline)
        consider(engine.storeDeadline)
        consider(listeners.deadline)
        consider(control.deadline)
        consider(clockDeadline)
        consider(service.deadline)
        consider(journal.deadline)
        consider(kernel.lookups.deadline)
        switch recording {
        case .some(let recording): consider(recording.deadline)
        case nil: break
        }
        return nearest
    }

    private func timeout(of wait: Punctuality.Wait) -> Duration? {
        if !settled.isEmpty || control.isBehind { return .zero }
        return wait.end == .distantFuture ? nil : max(wait.end - wait.start, .zero)
    }

    private mutating func turn(
        at now: Moment,
        after wait: Punctuality.Wait
    ) throws(SystemError) {
        let isLate = noteLateness(at: now, after: wait)
        self.now = now
        watchClock(at: now)
        let told = settled
        settled = []
        for settled in told { tell(settled, at: now) }
        try dispatchReady(at: now)
        if isLate { try catchUp(at: now) }
        rearmListeners(at: now)
        engine.handleDeadlines(at: now, &steps)
        perform()
        serveClients(at: now)
        keepState(at: now)
        kernel.lookups.endIdleThreads(at: now.instant)
        keepUpWithSystemd(at: now)
        keepRecording(at: now)
    }

    private mutating func tell(_ settled: Settled, at now: Moment) {
        if let link = settled.link, !transport.contains(link) { return }
        tell(settled.event, at: now)
    }

    /// Tells the engine in the next turn.
    mutating func settle(_ event: Event, of link: Link? = nil) {
        settled.append(Settled(event: event, link: link))
    }

    private mutating func keepUpWithSystemd(at now: Moment) {
        journal.keepUp(at: now.instant)
        service.keepUp(at: now.instant)
        // The wait that a status line names grows shorter by itself.
        let census = engine.core.table.census
        service.countsDown = census.persistentReady < census.persistent
        if service.isStatusDue(at: now.instant) {
            service.send(status: statusLine(at: now), at: now.instant)
        }
    }

    mutating func dispatchReady(at now: Moment) throws(SystemError) {
        for index in 0..<kernel.epoll.count {
            try dispatch(kernel.epoll[index], at: now)
        }
    }

    private mutating func dispatch(_ event: ReadyEvent, at now: Moment) throws(SystemError) {
        guard event.token.isFixed else {
            // An earlier event of this turn may have ended the connection.
            let link = Link(event.token)
            if transport.contains(link) { serve(link, event, at: now) }
            return
        }
        switch KernelServices.Source(rawValue: event.token.slot) {
        case .signals:
            while let signal = try kernel.signals.next() { handle(signal, at: now) }
        case .lookups:
            while let events = kernel.lookups.nextAnswer(at: now.instant) {
                for event in events { tell(event, at: now) }
            }
        case .reload:
            while let answer = kernel.reload?.nextAnswer() { finishReading(answer, at: now) }
        case .store:
            while let reply = kernel.store?.nextReply() { finishStoring(reply, at: now) }
        case .control:
            control.hasNewcomers = true
        case nil:
            if let place = control.place(of: event.token) {
                control.note(event, at: place)
            } else if let index = listeners.index(of: event.token) {
                accept(from: index, at: now)
            }
        }
    }

    mutating func handle(_ signal: Signal, at now: Moment) {
        switch signal {
        case .terminate, .interrupt:
            stop(at: now)
        case .hangUp:
            startReload(at: now)
        case .user1:
            journal.write(.status(statusLine(at: now)))
        }
    }

    private mutating func stop(at now: Moment) {
        guard !isStopping else { return }
        isStopping = true
        service.tell(.stopping)
        listeners.closeAll(by: kernel.epoll)
        engine.shutDown(at: now, &steps)
        perform()
        closeControl()
    }

    func statusLine(at now: Moment) -> String {
        let line = StatusLine.text(of: engine.core, addresses: engine.addresses.count, at: now)
        return lastReload.map { "\(line); \($0.summary)" } ?? line
    }

    /// Tells the engine a fact and does what it says.
    mutating func tell(_ event: Event, at now: Moment) {
        engine.handle(event, at: now, &steps)
        perform()
    }
}
