/// A configuration with what is known of how it came about.
package struct LoadedConfiguration: Sendable {
    package let configuration: Configuration
    /// Where each key that somebody set was set, by its name; listeners as `listen[0].address`.
    package let origins: [String: ConfigurationOrigin]
    /// What is allowed and yet hardly meant, for the log.
    package var warnings: [ConfigurationProblem] = []

    package init(
        configuration: Configuration,
        origins: [String: ConfigurationOrigin],
        warnings: [ConfigurationProblem] = []
    ) {
        self.configuration = configuration
        self.origins = origins
        self.warnings = warnings
    }
}

extension LoadedConfiguration {
    /// See `Configuration.keepingNetwork`; what is kept has its old origin.
    package func keepingNetwork(of old: LoadedConfiguration) -> LoadedConfiguration {
        guard configuration.network != old.configuration.network else { return self }
        var origins = origins
        for key in Configuration.keysOfNetwork { origins[key] = old.origins[key] }
        return LoadedConfiguration(
            configuration: configuration.keepingNetwork(of: old.configuration),
            origins: origins,
            warnings: warnings
        )
    }
}

extension LoadedConfiguration {
    /// What stands above a configuration that was only read, lest somebody takes it for the one of
    /// a daemon that runs. Ends with a newline.
    package static let heading = """
        # What the files and arguments say now; 'peerctl config' shows what a running daemon has.

        """

    /// The configuration as TOML that reads back as the same, with a comment behind each key that
    /// says where its value came from. Ends with a newline.
    package var printed: String {
        var lines: [String] = []
        var section = ""
        for key in ConfigurationSchema.keys {
            if key.section != section {
                section = key.section
                lines += ["", "[\(section)]"]
            }
            if key.name == ConfigurationSchema.listen, !configuration.listen.isEmpty {
                for index in configuration.listen.indices { lines += printedListener(index) }
            } else {
                lines += Self.line(
                    key.lastPart,
                    key.spelled(configuration),
                    origins[key.name] ?? .standard
                )
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func printedListener(_ index: Int) -> [String] {
        let keys = ConfigurationSchema.keys(of: configuration.listen[index])
        return ["", "[[listen]]"]
            + keys.flatMap { key in
                Self.line(
                    key.lastPart,
                    key.spelled(configuration.listen[index]),
                    origins["listen[\(index)].\(key.lastPart)"] ?? .standard
                )
            }
    }

    /// The comment stands behind the first line of a value, which TOML allows in arrays as well.
    private static func line(
        _ key: String,
        _ value: String,
        _ origin: ConfigurationOrigin
    ) -> [String] {
        var lines = "\(key) = \(value)"
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let gap = String(repeating: " ", count: max(1, commentColumn - lines[0].count))
        lines[0] += "\(gap)# \(origin)"
        return lines
    }

    /// Behind most values, so that the comments stand below each other.
    private static let commentColumn = 32
}
