import Addressing
import ConnectionCore
import Control
import Timing

extension Peers.PerKind {
    init(_ counts: CorePerKind) {
        self.init(
            inbound: counts.inbound,
            outbound: counts.outbound,
            manual: counts.manual,
            feeler: counts.feeler
        )
    }
}

extension Peers.Limits {
    init(_ policy: Policy) {
        self.init(
            connections: policy.limits.connections,
            perHost: policy.limits.perHost,
            reservedManual: policy.limits.reservedManual,
            whitelisted: policy.limits.whitelisted,
            persistent: policy.persistent.max,
            outbound: policy.outbound.target,
            outboundPerGroup: policy.outbound.maxPerGroup
        )
    }
}

extension Peers.Refusals {
    init(_ counts: RefusalCounts) {
        self.init(
            shuttingDown: counts[.shuttingDown],
            networkInactive: counts[.networkInactive],
            banned: counts[.banned],
            rateLimited: counts[.rateLimited],
            flooded: counts[.flooded],
            duplicate: counts[.duplicate],
            perHost: counts[.perHost],
            perListener: counts[.perListener],
            connections: counts[.connections],
            whitelisted: counts[.whitelisted],
            resourcesExhausted: counts[.resourcesExhausted]
        )
    }
}

extension Peers.StorageState {
    init(_ state: StateChanges) {
        if !state.isLoaded {
            self = .unread
        } else {
            self = state.failure == nil ? .works : .fails
        }
    }
}
