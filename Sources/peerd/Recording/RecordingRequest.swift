import Engine
import PlainText

/// What the operator wants to be recorded of the engine.
struct RecordingRequest: Equatable {
    /// Enough for a day of a hundred peers, and little beside what else is on a disk.
    static let defaultLimit = 64
    /// In MiB.
    static let limits = 1...65_536

    let path: String
    /// Whether the bytes that peers send are recorded themselves.
    let keepsBytes: Bool
    /// How long the file may become.
    let mostBytes: Int

    /// `limit` is in MiB, one of `limits`.
    init(path: String, keepsBytes: Bool, limit: Int) {
        precondition(Self.limits.contains(limit))
        self.path = path
        self.keepsBytes = keepsBytes
        mostBytes = limit << 20
    }

    var wish: RecordingWish { RecordingWish(keepsBytes: keepsBytes, version: Release.version) }
}
