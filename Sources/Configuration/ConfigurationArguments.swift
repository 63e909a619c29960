/// Where the configuration comes from, as the command line said: the same for every reload.
package struct ConfigurationArguments: Equatable, Sendable {
    /// Nil for the standard file, which may be missing.
    package var file: String?
    /// The arguments of `--set`.
    package var settings: [String]

    package init(file: String?, settings: [String]) {
        self.file = file
        self.settings = settings
    }

    package func load() throws(ConfigurationErrors) -> LoadedConfiguration {
        try ConfigurationLoader.load(file: file, settings: settings)
    }
}
