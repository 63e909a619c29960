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
    private var buckets: [UInt8: TokenBucket] = [:]

    mutating func take(_ gate: Gate, at now: Instant) -> Bool {
        var bucket = bucket(of: gate, at: now)
        defer { buckets[gate.number] = bucket }
        return bucket.take(at: now, rate: gate.rate, burst: gate.burst)
    }

    /// When `take` gives the next token; `distantFuture` for never.
    func nextToken(_ gate: Gate, at now: Instant) -> Instant {
        bucket(of: gate, at: now).instantOfNextToken(rate: gate.rate, burst: gate.burst)
    }

    private func bucket(of gate: Gate, at now: Instant) -> TokenBucket {
        buckets[gate.number] ?? TokenBucket(tokens: gate.burst, at: now)
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

    func checkConnections(of gate: Gate) throws(Refusal) {
        let limit = limit(of: gate)
        guard table.count(ofGate: gate.number) >= limit else { return }
        throw gate.number == Gate.unmarked
            ? .tooManyPerHost(limit: limit) : .tooManyPerListener(limit: limit)
    }
}
