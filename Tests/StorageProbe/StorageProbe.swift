import Storage
import Glibc

/// What the storage tests need another process for: one that is killed, that holds the file, that
/// runs out of space, or that counts all of SQLite's memory.
@main
struct StorageProbe {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 2, let command = arguments.first else { fail("COMMAND FOLDER …") }
        let folder = arguments[2]
        let number = arguments.count > 2 ? Int(arguments[3]) : nil
        switch command {
        case "churn": Churn.run(in: folder, from: number ?? 1)
        case "churn-addresses": AddressChurn.run(in: folder, from: number ?? 1)
        case "hold": hold(folder)
        case "try": attempt(folder)
        case "exhaust": Exhaustion.run(in: folder, fileLimit: number)
        case "leak": Leaks.run(in: folder)
        default: fail("unknown command \(command)")
        }
    }

    /// Writes one line at once: the reader acts on it.
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else { exit(3) }
    }

    static func fail(_ reason: String) -> Never {
        say("failed: \(reason)")
        exit(1)
    }

    /// Keeps the database open until its standard input ends.
    private static func hold(_ folder: String) {
        let store = Store.loaded(folder)
        say("held")
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) > 0 {}
        withExtendedLifetime(store) {}
    }

    /// Says how reading went, and then how writing did.
    private static func attempt(_ folder: String) {
        let store = Store(folder: folder)
        for request in [Store.Request.load, .apply([.removeBan(prefix: "192.0.2.0/24")])] {
            switch store.handle(request).result {
            case .success(.loadedUnwritable(let contents, let error)):
                say("\(error.kind) \(error), and \(contents.bans.count) bans")
            case .success: say("done")
            case .failure(let error): say("\(error.kind) \(error)")
            }
        }
    }
}
