internal import ArgumentParser
internal import Glibc
internal import Simulation

/// `simulate --seeds 1000`
///
/// Seeds run in child processes, since a trap of the core ends its process: the parent knows which
/// seed a child was at. Exit status: 0 if every seed kept every promise, 1 if not.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the connection manager's core in simulated worlds, one for each seed.",
        discussion: """
            Each world has peers that answer, refuse, vanish, flood or come and go, and random \
            commands; at its end it becomes kind, and what was promised must come true. A seed \
            that breaks a promise is printed with the command that repeats it. With --engines a \
            world has two to five whole daemons, with real sessions and bytes, on one network.

            With --replay the recording of a running daemon is replayed: exit status 0 if the same \
            is decided at every step, 1 if not, 2 if it can't be read to its end.
            """
    )

    @Option(help: "How many seeds to run.")
    var seeds = 1_000

    @Option(help: "The first of them.")
    var first: UInt64 = 1

    @Option(help: "Simulated hours of turmoil before the world becomes kind.")
    var hours = 1.0

    @Option(help: "Run this seed only, in this process, and print its digest.")
    var seed: UInt64?

    @Flag(help: "Print all that happens, with --seed.")
    var trace = false

    @Option(help: "How many seeds to run again in another process, to compare their digests.")
    var verify = 20

    @Option(help: "Processes at the same time.")
    var jobs = 2

    @Flag(help: "Print the digest of each seed.")
    var digests = false

    @Flag(help: "Print how often what occurred.")
    var counts = false

    @Flag(help: "Measure how many quiet hours of a world of 125 peers a CPU second simulates.")
    var speed = false

    @Flag(help: "Run whole daemons on a simulated network instead of the core alone.")
    var engines = false

    @Option(
        help: ArgumentHelp(
            """
            Give a fresh engine what 'peerd --record' has recorded in this file, and compare what \
            it decides; with --trace print all of it.
            """,
            valueName: "file"
        )
    )
    var replay: String?

    @Option(help: "Attack an address book in so many networks of each kind, by three rule sets.")
    var attacks: Int?

    @Option(help: .hidden)
    var stride: UInt64 = 1

    @Flag(help: .hidden)
    var worker = false

    func validate() throws {
        guard seeds > 0, jobs > 0, stride > 0, hours > 0, verify >= 0, attacks ?? 1 > 0 else {
            throw ValidationError("Numbers must be positive.")
        }
        guard !trace || seed != nil || replay != nil else {
            throw ValidationError("--trace needs --seed or --replay.")
        }
    }

    func run() throws {
        let turmoil = Duration.seconds(hours * 3_600)
        if let replay {
            try worker
                ? ReplayRun.work(replay, tracesAll: trace)
                : ReplayRun.run(replay, tracesAll: trace)
        } else if let attacks {
            try AttackRun.measure(networks: attacks)
        } else if speed {
            try SpeedRun.measure(engines ? .engines : .core)
        } else if let seed {
            try runAlone(seed, turmoil)
        } else if worker {
            Worker.run(seeds: chosen, turmoil: turmoil, of: engines ? .engines : .core)
        } else {
            try Driver(options: self).run()
        }
    }

    /// The seeds of a worker.
    private var chosen: [UInt64] {
        (0..<UInt64(seeds)).map { first + $0 * stride }
    }

    private func runAlone(_ seed: UInt64, _ turmoil: Duration) throws {
        let kind: WorldKind = engines ? .engines : .core
        Watchdog.start(turmoil: turmoil, of: kind)
        let sink = trace ? { Output.write($0) } : nil
        do throws(Violation) {
            let outcome = try kind.run(seed: seed, turmoil: turmoil, sink: sink)
            Output.write("seed \(seed) digest \(Output.hex(outcome.digest)) steps \(outcome.steps)")
        } catch {
            Output.write("\(error)")
            throw ExitCode.failure
        }
    }
}
