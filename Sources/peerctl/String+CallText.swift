import ArgumentParser
import Control

extension String {
    /// An argument that a call can carry. The daemon takes neither an empty text nor one beyond the
    /// bound, whatever it means: that is a wrong command line, not a daemon that doesn't fit.
    init(callText argument: String) throws {
        guard (1...Bounds.textBytes).contains(argument.utf8.count) else {
            throw ValidationError("expected from 1 to \(Bounds.textBytes) bytes")
        }
        self = argument
    }
}
