import PlainText

/// What a client of the control socket can make the daemon keep or do at most. All together, with
/// every client at every bound, buffers take 64 × (2.2 MiB for calls + 0.3 MiB for replies) and the
/// events at most 16 MiB: 176 MiB, from clients that the socket's group admits. Those that behave
/// cost some kilobytes each.
package enum Bounds {
    /// Connections to the socket at once. A further one is closed at once.
    package static let clients = 64
    /// Of `clients`, places that only root gets, so that a crowd can't lock the administrator out.
    package static let clientsOfRoot = 8
    /// Of the others, places that only the service's own user gets where that isn't root: as it
    /// `systemctl reload` comes, which a crowd can't lock out either.
    package static let clientsOfService = 1

    /// Bytes of a message without its zero, either way. What begins a longer one ends the
    /// connection.
    package static let messageBytes = 1 << 20
    /// Whole calls that wait for their turn; then the client isn't read, and its writes fill the
    /// kernel's buffer. See `MessageFramer.wantsBytes` for the bytes that this can take.
    package static let callsWaiting = 16

    /// Objects and arrays within each other in a call. The deepest real one has 3.
    package static let depth = 8
    /// Commas, objects, arrays and escapes in a call: a hostile message of 1 MiB takes about 10 ms,
    /// where a million values or escapes would take 50. A full `AddAddresses` has 1,002.
    package static let items = 2_048
    /// Bytes of one text in a call: a name of 253 with its port fits well.
    package static let textBytes = String.longestWord
    /// Addresses in one `AddAddresses`: reading and parsing them takes about a millisecond.
    package static let addresses = 1_000

    /// Connections, ended connections or bans in one reply: at most about 80 KiB, written in 0.1
    /// ms.
    package static let rowsPerReply = 64
    /// What was wrong at the last reload, in one `Status`: what an operator mends first.
    package static let reloadProblems = 10
    /// Ended connections that are remembered, and failed attempts: about 300 KB of either.
    package static let history = 1_000
    /// Elements of one list that `CompareConfiguration` tells of, each 350 bytes at most; a file
    /// of 100,000 addresses may be exchanged for another one.
    package static let changedElements = 1_000
    /// Bytes of the place where a value was set: a path and two numbers, but for a `--set` argument
    /// that names addresses.
    package static let originBytes = 512

    /// Retries in one `Status`, the nearest first.
    package static let retries = 64

    /// Events that wait for one monitor; further ones are counted and not kept.
    package static let backlogEvents = 1_024
    /// Bytes of those events: about 1,000 of 250 bytes. All monitors share the bytes of one event,
    /// so that 64 that are equally slow take little more than one; 16 MiB if each has others.
    package static let backlogBytes = 256 << 10

    /// The longest time that `Connect` can be given. The configuration's own maximum is shorter.
    package static let timeoutUSec: Int64 = 600_000_000

    /// Bytes of a caller's own text that an error repeats.
    static let echoBytes = 256
}

/// How many clients there are, by whom they act for.
package struct ClientCounts: Equatable, Sendable {
    package enum Owner: Sendable {
        case root
        /// The user as which the daemon runs, if that isn't root.
        case service
        case other
    }

    package var root = 0
    package var service = 0
    package var other = 0

    package init() {}

    package mutating func add(_ owner: Owner) {
        switch owner {
        case .root: root += 1
        case .service: service += 1
        case .other: other += 1
        }
    }

    /// Whether there is a place for one more. `kept` is how many are the service's own:
    /// `Bounds.clientsOfService`, or none where the service is root.
    package func admits(_ owner: Owner, keeping kept: Int) -> Bool {
        let stillKept = max(kept - service, 0)
        let free = Bounds.clients - root - service - other
        let freeOfRoots = Bounds.clients - Bounds.clientsOfRoot - service - other
        return switch owner {
        case .root: free > stillKept
        case .service: free > 0 && (stillKept > 0 || freeOfRoots > 0)
        case .other: free > stillKept && freeOfRoots > stillKept
        }
    }
}
