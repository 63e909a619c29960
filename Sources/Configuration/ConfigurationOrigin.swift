import PlainText

/// Where a value of the configuration, or what is wrong with it, stands.
package enum ConfigurationOrigin: Equatable, Sendable {
    /// Nobody set it: it is built in.
    case standard
    /// A place in a file: with line and column that of a key or value, with a line that of an
    /// address, without either the file as a whole.
    case file(String, line: Int?, column: Int?)
    /// A `--set` argument, as it was given.
    case setting(String)
    /// An operator, while the daemon runs: until it reads its configuration again.
    case `operator`
}

extension ConfigurationOrigin: CustomStringConvertible {
    /// `default`, `/etc/peerd/peerd.toml:3:10`, `--set outbound.target=16` or `peerctl log-level`,
    /// on one line.
    package var description: String {
        switch self {
        case .standard: "default"
        case .file(let path, let line?, let column?): "\(path.printable):\(line):\(column)"
        case .file(let path, let line?, nil): "\(path.printable):\(line)"
        case .file(let path, nil, _): path.printable
        case .setting(let argument): "--set \(argument.printable)"
        case .operator: "peerctl log-level"
        }
    }
}
