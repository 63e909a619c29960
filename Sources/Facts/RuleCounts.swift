/// How many inbound peers each rule has refused since the start.
package struct RuleCounts: Equatable, Sendable {
    /// The rules that can.
    package static let rules: [Rule.Name] = [
        .shuttingDown, .networkInactive, .banned, .rateLimited, .flooded, .duplicate,
        .tooManyPerHost, .tooManyPerListener, .tooManyConnections, .tooManyWhitelisted,
        .resourcesExhausted,
    ]

    private var counts: [Rule.Name: UInt64] = [:]

    package init() {}

    package subscript(rule: Rule.Name) -> UInt64 {
        get { counts[rule] ?? 0 }
        set { counts[rule] = newValue }
    }

    package var total: UInt64 { counts.values.reduce(0, +) }
}
