import ConfigurationFixtures
import Glibc

/// A daemon's epoll and close under which each socket is counted that it closes and hasn't
/// unwatched before: see Tests/WatchedCloses.
struct WatchedCloses: ~Copyable {
    private let directory: ConfigurationDirectory
    private let file: String
    private let library: String

    init() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write("", to: "watched-closes")
        let library = try PeerdExecutable.path().dropLast("peerd".count) + "libWatchedCloses.so"
        guard access(String(library), R_OK) == 0 else { throw Failure("\(library)", errno) }
        self.library = String(library)
        self.file = file
        self.directory = directory
    }

    /// What the daemon is to be started through.
    var wrapper: [String] {
        ["/usr/bin/env", "LD_PRELOAD=\(library)", "WATCHED_CLOSES=\(file)"]
    }

    /// How many there were until now.
    func count() throws -> Int { try SystemFile.text(of: file).utf8.count }
}
