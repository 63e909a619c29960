package import Facts

/// Who may take one more of the slots that `limits.connections` gives out.
///
/// Each kind has slots reserved that no other kind can take, so that inbound peers can't starve
/// outbound ones of the slots that these gave up for a moment. Nothing is kept here: slots are
/// counted from the table, so none can leak.
package struct Reservation: Equatable, Sendable {
    package let total: Int
    package let reserved: PerKind

    /// The outbound target comes first, then manual connections, then one feeler; inbound peers get
    /// what is left.
    package init(total: Int, outboundTarget: Int, reservedManual: Int) {
        self.total = total
        let outbound = min(outboundTarget, total)
        let manual = min(reservedManual, total - outbound)
        let feeler = min(1, total - outbound - manual)
        reserved = PerKind(inbound: 0, outbound: outbound, manual: manual, feeler: feeler)
    }

    init(_ policy: Policy) {
        self.init(
            total: policy.limits.connections,
            outboundTarget: policy.outbound.target,
            reservedManual: policy.limits.reservedManual
        )
    }

    /// Whether one more connection of `kind` leaves every other kind what is reserved for it.
    package func admits(_ kind: Kind, beside used: PerKind) -> Bool {
        used[kind] < room(for: kind, beside: used)
    }

    /// How many connections of `kind` there may be beside what other kinds have and what is
    /// reserved for them. Fewer than there are if a limit was lowered.
    package func room(for kind: Kind, beside used: PerKind) -> Int {
        var room = total
        for other in Kind.allCases where other != kind {
            room -= max(used[other], reserved[other])
        }
        return max(room, 0)
    }

    /// The most inbound connections there can be; 0 deserves a warning where there is a listener.
    package var mostInbound: Int {
        total - reserved.outbound - reserved.manual - reserved.feeler
    }
}
