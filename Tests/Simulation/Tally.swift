internal import ConnectionCore
import Facts

/// How often what occurred, by name: shows that a world reaches the rare paths, and lets counts
/// that must match be compared.
struct Tally {
    private(set) var counts: [String: Int] = [:]
    var acceptFailures: UInt64 = 0
    private var automatic = 0

    mutating func count(_ what: String) {
        counts[what, default: 0] += 1
    }

    mutating func count(_ report: Report) {
        switch report {
        case .attempting(let subject):
            if subject.kind == .outbound { automatic += 1 }
        case .failed(_, let failure):
            count("failed: " + failure.name.word)
        case .failedAgain(_, let failure):
            count("failed again: " + failure.name.word)
        case .persistentWaiting:
            count("waiting quietly")
        case .hangingUp:
            count("hanging up")
        case .persistentDown:
            count("persistent down")
        case .targetMissed:
            count("target missed")
        case .ended(_, let ending, _, _):
            count("ended: " + ending.name.word)
        case .retrying:
            count("retrying")
        case .persistentAdopted:
            count("adopted")
        case .outboundPaused:
            count("outbound paused")
        case .resourcesExhausted:
            count("resources exhausted")
        case .refusalsSilenced:
            count("refusals silenced")
        case .bansSilenced:
            count("bans silenced")
        case .connected, .accepted, .ready, .persistentAdded, .persistentRemoved, .refused,
            .refusalsSuppressed, .bansSuppressed, .nobodyToDial, .banned, .unbanned,
            .networkActive, .shuttingDown:
            break
        }
    }

    /// Each automatic attempt is reported once, and the address source is told of it once.
    mutating func matchAutomatic(_ announced: Int) throws(BrokenPromise) {
        guard automatic == announced else {
            throw BrokenPromise("\(automatic) attempts reported, \(announced) announced")
        }
        automatic = 0
    }
}
