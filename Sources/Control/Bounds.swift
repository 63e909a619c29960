/// What a client of the control socket can make the daemon keep or do at most. All together, with
/// every client at every bound, buffers take 64 × (2.2 MiB for calls + 0.3 MiB for replies) and the
/// events at most 16 MiB: 176 MiB, from clients that the socket's group admits. Those that behave
/// cost some kilobytes each.
package enum Bounds {
    /// Connections to the socket at once. A further one is closed at once.
    package static let clients = 64
    /// Of `clients`, places that only root gets, so that a crowd can't lock the administrator out.
    package static let clientsOfRoot = 8

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
    package static let textBytes = 512
    /// Addresses in one `AddAddresses`: reading and parsing them takes about a millisecond.
    package static let addresses = 1_000

    /// Connections, ended connections or bans in one reply: at most about 80 KiB, written in 0.1
    /// ms.
    package static let rowsPerReply = 64
    /// Ended connections that are remembered: about 300 KB.
    package static let history = 1_000
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

    /// Whether there is a place for one more client, root's or not, beside so many of root's and so
    /// many others.
    package static func admitsClient(isRoot: Bool, roots: Int, others: Int) -> Bool {
        guard roots + others < clients else { return false }
        return isRoot || others < clients - clientsOfRoot
    }
}
