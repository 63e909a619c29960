import ConnectionCore
import Control
import Engine

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

extension Peers.StorageState {
    init(_ state: StateChanges) {
        if !state.isLoaded {
            self = .unread
        } else {
            self = state.failure == nil ? .works : .fails
        }
    }
}
