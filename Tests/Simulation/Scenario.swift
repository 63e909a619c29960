internal import Addressing
internal import ConnectionCore
internal import Timing

/// What sort of world a seed stands for. Each seed draws its own mixture and leaves much out: a
/// world that has a little of everything never has much of anything, and limits are only met by
/// much.
struct Scenario {
    var policy = Policy()
    /// Entries of the address list.
    var listed = 100
    /// How those whom we can dial behave, each as likely as it occurs here.
    var behaviours: [Behaviour] = [.answers]
    /// How long connections last with peers that mean to stay.
    var meanStay = Duration.seconds(4 * 60 * 60)
    var meanArrivalGap: Duration?
    var meanCommandGap: Duration?
    var meanMoodGap: Duration?
    /// What the listener that distrusts loopback and the onion service let in, if they have limits
    /// of their own.
    var gates: [Gate?] = [nil, nil]
    /// Whether each caller that leaves is replaced by another one.
    var replacesCallers = false
    /// Whether a wake-up may come some milliseconds late, as from a busy loop.
    var oversleeps = false
    /// Whether the run ends in the middle of the turmoil, without a kind end.
    var endsAbruptly = false
    /// Models and invariants are compared after so many steps; 0 for never.
    var checkEvery = 1

    static let defaultPort: UInt16 = 9_108
    static let whitelisted = ["10.20.30.0/24", "2001:db8:77::/48"].map(prefix)

    /// Turmoil of every sort.
    init(drawing random: inout SeededRandom) {
        policy = Self.policy(drawing: &random)
        listed = random.element(of: [0, 3, 60, 100, 140])
        let all = Behaviour.allCases
        behaviours = [.answers]
        for _ in 0..<random.number(below: 12) { behaviours.append(random.element(of: all)) }
        meanStay = .seconds(random.element(of: [30, 120, 900, 3_600]))
        meanArrivalGap = random.element(of: [nil, .seconds(2), .seconds(10), .seconds(60)])
        meanCommandGap = random.element(of: [nil, .seconds(2), .seconds(8), .seconds(40)])
        meanMoodGap = random.element(of: [nil, .seconds(60), .seconds(400)])
        oversleeps = random.chance(0.5)
        endsAbruptly = random.chance(0.2)
        gates = [Self.gate(1, drawing: &random), Self.gate(2, drawing: &random)]
    }

    /// 125 held peers without failures, of which each leaves after four hours on average and is
    /// replaced: 31 losses an hour.
    static func steady() -> Scenario {
        Scenario()
    }

    private init() {
        policy.outbound.defaultPort = Self.defaultPort
        // 109 callers, 8 outbound peers, and slots for 8 manual ones and a feeler, which stay free;
        // the 8 persistent peers come on top.
        policy.limits.connections = 126
        replacesCallers = true
        checkEvery = 0
    }

    private static func gate(_ number: UInt8, drawing random: inout SeededRandom) -> Gate? {
        guard random.chance(0.7) else { return nil }
        return Gate(
            number: number,
            connections: random.element(of: [nil, nil, 1, 4]),
            rate: random.element(of: [0.05, 1, 1]),
            burst: random.element(of: [1, 3, 20])
        )
    }

    private static func policy(drawing random: inout SeededRandom) -> Policy {
        var policy = Policy()
        policy.limits.connections = random.element(of: [1, 3, 10, 20, 20, 40, 125])
        policy.limits.perHost = random.element(of: [0, 1, 2, 5, 5])
        policy.limits.reservedManual = random.element(of: [0, 2, 8])
        policy.limits.whitelisted = random.element(of: [0, 2, 32])
        policy.limits.whitelist = random.chance(0.7) ? whitelisted : []
        policy.outbound.target = random.element(of: [0, 1, 3, 8, 8, 8])
        policy.outbound.maxPerGroup = random.element(of: [0, 1, 1, 1, 2])
        policy.outbound.retry = random.element(of: [.seconds(1), .seconds(5), .seconds(5)])
        policy.outbound.dialTimeout = random.element(of: [.seconds(5), .seconds(30)])
        policy.outbound.defaultPort = random.chance(0.7) ? defaultPort : nil
        policy.persistent.max = random.element(of: [0, 2, 8, 8])
        policy.persistent.retry = random.element(of: [.seconds(1), .seconds(5)])
        policy.persistent.maxRetry = random.element(of: [.seconds(40), .seconds(300)])
        policy.persistent.stableAfter = random.element(of: [.seconds(20), .seconds(60)])
        policy.inbound.floodThreshold = random.element(of: [5, 30, 300])
        policy.handshake.isRequired = random.chance(0.6)
        policy.handshake.timeout = random.element(of: [.seconds(5), .seconds(30)])
        return policy
    }

    private static func prefix(_ text: String) -> Prefix {
        do throws(AddressError) {
            return try Prefix(parsing: text)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
