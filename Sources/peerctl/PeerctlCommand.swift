import ArgumentParser
import Control
import LinuxIO

/// A subcommand: what it asks the daemon for, and how the answer is shown.
protocol PeerctlCommand: ParsableCommand {
    /// What it is about, for "cannot …": `list the connections`.
    var purpose: String { get }
    /// What it asks for.
    var method: Method { get }
    var control: ControlOptions { get }

    func converse() throws(CommandFailure)

    /// What the program ends with.
    func exitStatus(of failure: CommandFailure) -> Int32
}

/// A subcommand that asks one daemon once: all but one that outlasts daemons.
protocol ConversingCommand: PeerctlCommand {
    /// How long the daemon may take to accept the connection.
    var patience: Duration { get }

    /// All that it does, once there is a connection.
    func perform(in session: inout Session) throws(CommandFailure)
}

extension ConversingCommand {
    var patience: Duration { Client.patience }

    func converse() throws(CommandFailure) {
        var session = try Session(control, patience: patience)
        try perform(in: &session)
    }
}

extension PeerctlCommand {
    func exitStatus(of failure: CommandFailure) -> Int32 { failure.exitStatus }

    func run() throws {
        do throws(CommandFailure) {
            try converse()
        } catch {
            report(error)
            throw ExitCode(exitStatus(of: error))
        }
    }

    /// For people on standard error; with --json the daemon's own error on standard output as well.
    private func report(_ failure: CommandFailure) {
        if control.json, case .answered(_, let message) = failure {
            let json = String(decoding: message, as: UTF8.self).jsonForTerminals
            // Nothing can be done where the error can't be shown either; the status says it.
            try? Session.write(json + "\n")
        }
        let lines = failure.lines(
            purpose: purpose,
            method: method,
            of: control.chosen,
            seenFrom: .present()
        )
        let text = lines.map { $0.plain + "\n" }.joined()
        try? StandardStream.errors.write(Array(text.utf8))
    }
}
