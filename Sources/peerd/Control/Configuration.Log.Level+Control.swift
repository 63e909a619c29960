import Configuration
import Control

extension Configuration.Log.Level {
    init(_ level: Peers.LogLevel) {
        self =
            switch level {
            case .error: .error
            case .warning: .warning
            case .info: .info
            case .debug: .debug
            }
    }
}

extension Peers.LogLevel {
    init(_ level: Configuration.Log.Level) {
        self =
            switch level {
            case .error: .error
            case .warning: .warning
            case .info: .info
            case .debug: .debug
            }
    }
}
