internal import ArgumentParser
internal import Glibc
internal import Simulation

/// Spreads seeds over child processes, collects what they say and repeats a sample of them.
struct Driver {
    let options: Simulate

    /// - Throws: `ExitCode.failure` unless every seed ran and kept every promise.
    func run() throws {
        let clock = ContinuousClock()
        let began = clock.now
        // Each worker takes every so-many-th seed, so that all get on equally well.
        let jobs = min(options.jobs, options.seeds)
        let reports = try runWorkers(
            (0..<jobs).map { lane in
                let count = (options.seeds - lane + jobs - 1) / jobs
                return arguments(options.first + UInt64(lane), count, UInt64(jobs))
            }
        )
        let results = reports.reduce(into: [:]) { $0.merge($1.results) { first, _ in first } }
        let seconds = began.duration(to: clock.now).components.seconds
        if options.digests {
            for seed in results.keys.sorted() {
                Output.write("seed \(seed) digest \(results[seed]?.digest ?? "")")
            }
        }
        // A worker that ended early without a word must not pass for success.
        guard results.count == options.seeds else {
            Output.write("only \(results.count) of \(options.seeds) seeds were run")
            throw ExitCode.failure
        }
        let steps = results.values.reduce(0) { $0 + $1.steps }
        Output.write("\(results.count) seeds kept every promise, \(steps) steps, \(seconds) s")
        if options.engines { printPace(results, reports.map(\.counts)) }
        if options.counts { printCounts(reports.map(\.counts)) }
        try repeatSample(of: results)
    }

    /// How many simulated hours a CPU second takes, and what tells this run of all seeds from
    /// others.
    private func printPace(
        _ results: [UInt64: WorkerReport.Result],
        _ counts: [[String: Int]]
    ) {
        var usage = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        let times = [usage.ru_utime, usage.ru_stime]
        let cpu = times.reduce(0.0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
        let simulated = counts.reduce(0) { $0 + ($1[EngineSimulation.simulatedSeconds] ?? 0) }
        let rate = Double(simulated) / 3_600 / max(cpu, 0.001)
        // FNV-1a, as the seeds' own.
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        for seed in results.keys.sorted() {
            for byte in (results[seed]?.digest ?? "").utf8 {
                digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3
            }
        }
        let tenths = Int(rate * 10)
        Output.write(
            "whole daemons: \(tenths / 10).\(tenths % 10) simulated hours per CPU second, "
                + "digest \(Output.hex(digest))"
        )
    }

    /// Runs some of the seeds in another process, where Swift's hashing has another key.
    private func repeatSample(of results: [UInt64: WorkerReport.Result]) throws {
        let count = min(options.verify, options.seeds)
        guard count > 0 else { return }
        let stride = UInt64(options.seeds / count)
        let repeated = try runWorkers([arguments(options.first, count, stride)]).flatMap(\.results)
        for (seed, result) in repeated where results[seed] != result {
            Output.write("seed \(seed) went otherwise in another process")
            throw ExitCode.failure
        }
        guard repeated.count == count else {
            Output.write("only \(repeated.count) of \(count) seeds were run again")
            throw ExitCode.failure
        }
        Output.write("\(count) of them did the same in another process")
    }

    /// The arguments of a worker for `count` seeds, `stride` apart.
    private func arguments(_ first: UInt64, _ count: Int, _ stride: UInt64) -> [String] {
        ["--worker", "--first", "\(first)", "--seeds", "\(count)"]
            + ["--stride", "\(stride)", "--hours", "\(options.hours)"]
            + (options.engines ? ["--engines"] : [])
    }

    // MARK: Workers

    /// Runs workers side by side until all have ended.
    ///
    /// - Parameter arguments: Those of each worker.
    /// - Returns: What each said.
    /// - Throws: `ExitCode.failure` when a seed failed, which is reported by then.
    private func runWorkers(_ arguments: [[String]]) throws -> [WorkerReport] {
        var workers: [(process: ChildProcess, report: WorkerReport)] = []
        for arguments in arguments {
            guard let process = ChildProcess(arguments: arguments) else {
                Output.write("no further process can be started")
                throw ExitCode.failure
            }
            workers.append((process, WorkerReport()))
        }
        var open = Array(workers.indices)
        var failures: [(seed: UInt64, what: String)] = []
        while !open.isEmpty {
            for index in ready(open.map { workers[$0].process.output }).map({ open[$0] }) {
                if let lines = workers[index].process.readLines() {
                    for line in lines { workers[index].report.read(line) }
                } else {
                    open.removeAll { $0 == index }
                    let end = workers[index].process.wait()
                    failures += failure(of: workers[index].report, end)
                }
            }
            // Others go on to the same seed, so that the lowest one is named.
            guard let lowest = failures.map(\.seed).min() else { continue }
            for index in open where workers[index].report.current ?? 0 > lowest {
                workers[index].process.kill()
                _ = workers[index].process.wait()
                open.removeAll { $0 == index }
            }
        }
        if let failure = failures.min(by: { $0.seed < $1.seed }) { try report(failure) }
        return workers.map(\.report)
    }

    /// The seed that a worker failed at; none if it came to its end.
    private func failure(of report: WorkerReport, _ end: String) -> [(seed: UInt64, what: String)] {
        if let broken = report.broken { return [broken] }
        guard let seed = report.current else { return [] }
        return [(seed, "seed \(seed) trapped or didn't end: its process \(end)")]
    }

    /// Says which seed failed, how its run ended, and how to see it again. The seed is run once
    /// more for that, with its trace.
    private func report(_ failure: (seed: UInt64, what: String)) throws -> Never {
        Output.write(failure.what)
        let command =
            ["--seed", "\(failure.seed)", "--hours", "\(options.hours)", "--trace"]
            + (options.engines ? ["--engines"] : [])
        Output.write("Its last steps:")
        if var process = ChildProcess(arguments: command) {
            var last: [Substring] = []
            while let lines = process.readLines() { last = (last + lines).suffix(12) }
            _ = process.wait()
            for line in last { Output.write("    \(line)") }
        }
        let program = CommandLine.arguments[0]
        Output.write("Repeat it with: \(program) \(command.joined(separator: " "))")
        throw ExitCode.failure
    }

    /// Waits until one of the descriptors can be read.
    ///
    /// - Returns: Their places.
    private func ready(_ descriptors: [CInt]) -> [Int] {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, nfds_t(polled.count), -1) > 0 else { return [] }
        return polled.indices.filter { polled[$0].revents != 0 }
    }

    private func printCounts(_ counts: [[String: Int]]) {
        let all = counts.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        for what in all.keys.sorted() { Output.write("\(all[what] ?? 0)\t\(what)") }
    }
}
