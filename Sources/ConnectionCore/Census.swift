package import Facts

/// How many connections there are, by what limits and status lines ask about.
package struct Census: Equatable, BitwiseCopyable, Sendable {
    /// Those that `limits.connections` counts, in every phase: neither persistent nor whitelisted.
    package private(set) var limited = PerKind()
    /// Those of `limited` that are resolving or connecting.
    package private(set) var dialing = PerKind()
    /// Those of `limited` whose handshake is under way.
    package private(set) var handshaking = PerKind()
    /// Those of `limited` that are ready.
    package private(set) var ready = PerKind()
    /// Whitelisted inbound connections.
    package private(set) var whitelisted = 0
    /// Persistent connections in every phase.
    package private(set) var persistent = 0
    package private(set) var persistentReady = 0
    /// Connections whose phase ends by itself: as many entries of the deadline queue are live.
    package private(set) var timed = 0

    package init() {}

    package var inbound: Int { limited.inbound + whitelisted }

    /// Adds a connection (`by: 1`) or takes it out (`by: -1`): the one place that knows what counts
    /// where.
    mutating func count(_ connection: Connection, by change: Int) {
        if connection.phase.deadline != nil { timed += change }
        if connection.isPersistent {
            persistent += change
            if connection.isReady { persistentReady += change }
        } else if connection.isWhitelisted {
            whitelisted += change
        } else {
            limited[connection.kind] += change
            if connection.isDialing { dialing[connection.kind] += change }
            if connection.isHandshaking { handshaking[connection.kind] += change }
            if connection.isReady { ready[connection.kind] += change }
        }
    }
}
