extension Peers {
    /// What decides about a peer; the interface's text says what each means.
    package enum Rule: String, WireWord {
        case shuttingDown
        case networkInactive
        case banned
        case rateLimited
        case flooded
        case duplicate
        case perHost
        case perListener
        case slots
        case whitelist
        case whitelistedSlots
        case noListener
        case trustedLoopback
        case knownHost
        case persistentSlots
        case persistentPerHost
        case targetHeld
        case group
        case ownAddress
        case misbehaved
        case operatorsPeer
        case attemptedRecently
        case attemptedJustNow
        case noRoute
        case otherPort
        case unknownAddress
        case paused
        case resourcesExhausted
        case unsupportedAddress
    }
}
