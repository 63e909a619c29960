import Addressing
import ConnectionCore
import Facts
import Timing

// What the tests name things by. A text that can't be parsed is a mistake of the test itself.

func address(_ text: String) -> PeerAddress {
    guard let address = PeerAddress(text) else { preconditionFailure("no address: \(text)") }
    return address
}

func ip(_ text: String) -> IPAddress {
    guard let ip = IPAddress(text) else { preconditionFailure("no IP address: \(text)") }
    return ip
}

func target(_ text: String) -> PeerTarget {
    do throws(AddressError) {
        return try PeerTarget(parsing: text, defaultPort: nil)
    } catch {
        preconditionFailure("\(error)")
    }
}

func prefix(_ text: String) -> Prefix {
    do throws(AddressError) {
        return try Prefix(parsing: text)
    } catch {
        preconditionFailure("\(error)")
    }
}

/// One of 50,000 peers from 16.0.0.1 up, each a network group of its own.
func peer(_ number: Int, port: UInt16 = 9108) -> PeerAddress {
    precondition((0..<50_000).contains(number))
    return PeerAddress(IPAddress(v4: 0x1000_0001 + UInt32(number) << 16), port: port)
}

/// What was refused, or nil if nothing was.
func refusal<Answer>(_ body: () throws -> Answer) -> Refusal? {
    // A closure's error is typed only if it says so, which would be longer than what it does.
    do {
        _ = try body()
        return nil
    } catch {
        guard let refusal = error as? Refusal else { preconditionFailure("\(error)") }
        return refusal
    }
}

extension Duration {
    /// The least that the clock can tell.
    static var tick: Duration { .nanoseconds(1) }
}

extension Selector {
    static func address(_ text: String) -> Selector { .target(ConnectionCoreTests.target(text)) }

    static func id(_ id: ConnectionID) -> Selector { .number(id.number) }
}

extension Refusal {
    var isFlood: Bool {
        if case .flooded = self { true } else { false }
    }
}

extension Report {
    /// Short, and the same in every run, so that a whole course of events can be compared.
    var line: String {
        switch self {
        case .attempting(let subject): "attempting \(subject.id)"
        case .connected(let subject): "connected \(subject.id)"
        case .accepted(let subject): "accepted \(subject.id)"
        case .ready(let subject): "ready \(subject.id)"
        case .failed(let subject, let failure): "failed \(subject.id): \(failure)"
        case .ended(let subject, .banned(let prefix, _), let lasted, _):
            "ended \(subject.id): banned(\(prefix)) after \(lasted.briefDescription)"
        case .ended(let subject, let ending, let lasted, _):
            "ended \(subject.id): \(ending) after \(lasted.briefDescription)"
        case .retrying(let subject, _, let retries): "retrying \(subject.id), retries \(retries)"
        case .failedAgain(let subject, let failure): "failed again \(subject.id): \(failure)"
        case .persistentWaiting(let subject, let failure, let pause):
            "waiting \(subject.id): \(failure) every \(pause.briefDescription)"
        case .hangingUp(let subject, let times): "hanging up \(subject.id) \(times) times"
        case .persistentDown(let subject, let duration, let cause):
            "down \(subject.id) for \(duration.briefDescription): "
                + (cause.map { "\($0)" } ?? "nothing failed")
        case .persistentAdded(let subject): "added \(subject.id)"
        case .persistentAdopted(let subject): "adopted \(subject.id)"
        case .persistentRemoved(let subject): "removed \(subject.id)"
        case .refused(let remote, let refusal): "refused \(remote): \(refusal)"
        case .refusalsSilenced(let duration): "silent for \(duration.briefDescription)"
        case .bansSilenced(let duration): "bans silent for \(duration.briefDescription)"
        case .bansSuppressed(let count, let duration):
            "bans suppressed \(count) in \(duration.briefDescription)"
        case .refusalsSuppressed(let count, let duration):
            "suppressed \(count) in \(duration.briefDescription)"
        case .outboundPaused(let failures, let pause):
            "paused after \(failures) for \(pause.briefDescription)"
        case .nobodyToDial(let missing, let exclusions):
            "nobody for \(missing):"
                + exclusions.map { " \($0.addresses) \($0.rule)" }.joined()
        case .targetMissed(let ready, let target, let duration, _):
            "target missed for \(duration.briefDescription): \(ready)/\(target)"
        case .resourcesExhausted(let errno, _): "exhausted \(errno)"
        case .banned(let ban, let closed): "banned \(ban.prefix), closed \(closed)"
        case .unbanned(let prefix): "unbanned \(prefix)"
        case .networkActive(let isActive): isActive ? "network on" : "network off"
        case .shuttingDown(let count): "shutting down \(count)"
        }
    }

    /// How long a persistent connection waits; nil for other reports.
    var retryDelay: Duration? {
        if case .retrying(_, let delay, _) = self { delay } else { nil }
    }
}
