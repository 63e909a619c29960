import PlainText

/// One thing that is wrong with a configuration, or (as a warning) odd about it.
package struct ConfigurationProblem: Equatable, Sendable {
    package let origin: ConfigurationOrigin
    /// A sentence part on one line, without the place.
    let message: String

    init(_ origin: ConfigurationOrigin, _ message: String) {
        self.origin = origin
        self.message = message.printable
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `peerd.toml:3:1: unknown key 'outbound.taget'; did you mean 'outbound.target'?`
    package var description: String {
        switch origin {
        case .standard, .operator: message
        case .file, .setting: "\(origin): \(message)"
        }
    }
}
