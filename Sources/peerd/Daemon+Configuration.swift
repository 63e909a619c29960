import Configuration
import Control
import Engine
import Facts
import LinuxIO

/// Telling clients of the configuration: what is in force, and what a reload would change.
extension Daemon {
    /// What is in force now, and where it was set.
    var running: LoadedConfiguration {
        LoadedConfiguration(configuration: configuration, origins: origins)
    }

    /// Holds until the configuration is read again.
    mutating func setLogLevel(_ level: Configuration.Log.Level) {
        journal.level = level
        configuration.log.level = level
        origins[ConfigurationSchema.logLevel] = .operator
    }

    mutating func continueConfiguration(_ rest: ConfigurationRows, of place: Int) {
        var rows = rest
        let page = rows.next(Bounds.rowsPerReply)
        if !rows.isAtEnd { control[place].begin(.configuration(rows)) }
        control[place].reply(
            Peers.GetConfiguration.Reply(keys: page.map { Peers.ConfiguredKey($0) }),
            continues: !rows.isAtEnd
        )
    }

    /// Has the configuration be read beside the loop, at once or after what is being read.
    mutating func startReading(_ purpose: ReloadThread.Purpose) throws(SystemError) {
        try kernel.startReloadThread()
        read(purpose)
    }

    /// The same once the thread is there.
    mutating func read(_ purpose: ReloadThread.Purpose) {
        guard kernel.reload?.mayBegin(purpose) ?? false else { return }
        let request: ReloadThread.Request
        switch purpose {
        case .reload:
            request = .reload(arguments, of: running, addresses: engine.lendAddresses())
        case .compare:
            // Inherited listeners aren't the configuration's.
            let fixed: Set = hasInheritedListeners ? [ConfigurationSchema.listen] : []
            request = .compare(arguments, with: running, but: fixed)
        }
        kernel.reload?.begin(request)
    }

    /// The answer comes with that of the thread that reads the configuration.
    mutating func compareConfiguration(for place: Int) throws(Refusal) {
        guard !isStopping else { throw .shuttingDown }
        // What is being read now may have come before the file was changed.
        let isComparing = kernel.reload?.isComparing ?? false
        do throws(SystemError) {
            try startReading(.compare)
        } catch {
            return control[place].reply(.failed(.io(errno: error.code)))
        }
        control[place].begin(.compare(skipping: isComparing ? 1 : 0))
    }

    /// Answers the clients that wait for this comparison.
    mutating func answerComparison(
        _ result: Result<[ConfigurationDifference], ConfigurationErrors>
    ) {
        for place in control.places {
            guard case .compare(let skipping) = control[place].work else { continue }
            guard skipping == 0 else {
                control[place].begin(.compare(skipping: skipping - 1))
                continue
            }
            switch result {
            case .success(let differences): continueComparison(differences[...], of: place)
            case .failure(let errors):
                control[place].reply(.refused(.configurationRejected(problems: errors.lines)))
            }
        }
    }

    mutating func continueComparison(
        _ differences: ArraySlice<ConfigurationDifference>,
        of place: Int
    ) {
        let rest = differences.dropFirst(Bounds.rowsPerReply)
        if !rest.isEmpty { control[place].begin(.comparison(rest)) }
        control[place].reply(
            Peers.CompareConfiguration.Reply(
                changes: differences.prefix(Bounds.rowsPerReply).map {
                    Peers.ConfigurationChange($0)
                }
            ),
            continues: !rest.isEmpty
        )
    }
}
