internal import Addressing
import Facts
internal import Timing

/// What a listener behind a proxy lets in, in the place of one host's limits: all of its peers come
/// from the proxy's address.
package struct Gate: Equatable, Sendable {
    /// What the shell may give listeners. A number is used again when neither a listener nor a
    /// connection has it.
    package static let numbers: ClosedRange<UInt8> = 1...254

    /// Of connections that came through no gate.
    static let none: UInt8 = 0
    /// Where all peers from loopback are counted together that come to listeners which neither
    /// trust it nor are meant for a proxy.
    static let unmarked: UInt8 = 255

    /// Tells it from others. Traps unless it is one of `numbers`.
    package let number: UInt8
    /// How many connections; nil for half of the slots that inbound peers can have.
    package let connections: Int?
    /// Connections a second, and how many at once.
    package let rate: Double
    package let burst: Double

    package init(number: UInt8, connections: Int?, rate: Double, burst: Double) {
        precondition(Self.numbers.contains(number), "no listener's gate has number \(number)")
        self.number = number
        self.connections = connections
        self.rate = rate
        self.burst = burst
    }

    /// One host's limits, for `unmarked`.
    fileprivate init(of host: Policy) {
        number = Self.unmarked
        connections = host.limits.perHost == 0 ? .max : host.limits.perHost
        rate = host.inbound.rate
        burst = host.inbound.burst
    }
}

/// What gates have let in lately: a bucket for each that was used, at most 255 of them, 6 KB. None
/// is forgotten, so that no reload refills one.
struct GateRates: Sendable {
    /// What `take` would come to.
    struct Outlook: Sendable {
        /// Whether it would give a token.
        let mayTake: Bool
        /// As it is after that.
        fileprivate let bucket: TokenBucket
        fileprivate let number: UInt8

        /// When it would give the next one; `distantFuture` for never.
        func nextToken(of gate: Gate) -> Instant {
            bucket.instantOfNextToken(rate: gate.rate, burst: gate.burst)
        }
    }

    private var buckets: [UInt8: TokenBucket] = [:]

    func outlook(for gate: Gate, at now: Instant) -> Outlook {
        var bucket = buckets[gate.number] ?? TokenBucket(tokens: gate.burst, at: now)
        let mayTake = bucket.take(at: now, rate: gate.rate, burst: gate.burst)
        return Outlook(mayTake: mayTake, bucket: bucket, number: gate.number)
    }

    /// Uses the bucket that was asked about, nothing having been taken since: takes the token if
    /// there is one.
    mutating func take(_ outlook: Outlook) {
        buckets[outlook.number] = outlook.bucket
    }
}

extension ConnectionCore {
    /// What stands in the place of one host's limits for a peer whose address isn't its own; nil
    /// where these hold.
    func gate(of arrival: Arrival) -> Gate? {
        guard arrival.isProxied else { return nil }
        return arrival.gate ?? Gate(of: policy)
    }

    func limit(of gate: Gate) -> Int {
        gate.connections ?? (Reservation(policy).mostInbound + 1) / 2
    }
}
