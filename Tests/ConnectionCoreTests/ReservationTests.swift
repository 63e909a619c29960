import ConnectionCore
import Facts
import Testing

@Suite("The reservation of slots")
struct ReservationTests {
    @Test("hands out slots to outbound, then manual, then one feeler", arguments: 0...20)
    func reserved(total: Int) {
        for target in 0...21 {
            for manual in 0...21 {
                let reservation = Reservation(
                    total: total,
                    outboundTarget: target,
                    reservedManual: manual
                )
                let dealt = dealt(total: total, target: target, manual: manual)
                #expect(reservation.reserved == dealt, "\(total), \(target), \(manual)")
                let rest = total - dealt.outbound - dealt.manual - dealt.feeler
                #expect(reservation.mostInbound == rest, "\(total), \(target), \(manual)")
            }
        }
    }

    @Test("admits exactly what leaves each other kind its slots", arguments: 0...20)
    func admission(total: Int) {
        for target in 0...8 {
            for manual in 0...8 {
                let reservation = Reservation(
                    total: total,
                    outboundTarget: target,
                    reservedManual: manual
                )
                let reserved = dealt(total: total, target: target, manual: manual)
                for used in smallUsages {
                    for kind in Kind.allCases {
                        let fits = leavesRoom(one: kind, beside: used, reserved, total)
                        guard reservation.admits(kind, beside: used) != fits else { continue }
                        Issue.record("\(kind) beside \(used) of \(total), \(target), \(manual)")
                    }
                }
            }
        }
    }

    @Test("lets a kind alone fill all but what is reserved for the others", arguments: 0...20)
    func filling(total: Int) {
        for target in 0...21 {
            for manual in 0...21 {
                let reservation = Reservation(
                    total: total,
                    outboundTarget: target,
                    reservedManual: manual
                )
                let reserved = dealt(total: total, target: target, manual: manual)
                let all =
                    reserved.outbound + reserved.manual + reserved.feeler + reserved.inbound
                for kind in Kind.allCases {
                    var used = PerKind()
                    while used[kind] <= total, reservation.admits(kind, beside: used) {
                        used[kind] += 1
                    }
                    let expected = total - (all - reserved[kind])
                    guard used[kind] != expected else { continue }
                    Issue.record("\(used[kind]) \(kind) of \(total), \(target), \(manual)")
                }
            }
        }
    }

    @Test("gives 108 of the default 125 to inbound peers")
    func defaults() {
        let policy = Policy()
        let reservation = Reservation(
            total: policy.limits.connections,
            outboundTarget: policy.outbound.target,
            reservedManual: policy.limits.reservedManual
        )
        #expect(reservation.reserved == PerKind(inbound: 0, outbound: 8, manual: 8, feeler: 1))
        #expect(reservation.mostInbound == 108)
    }

    /// Every vector of at most three connections of each kind.
    private let smallUsages: [PerKind] = {
        var usages: [PerKind] = []
        for inbound in 0...3 {
            for outbound in 0...3 {
                for manual in 0...3 {
                    for feeler in 0...3 {
                        usages.append(
                            PerKind(
                                inbound: inbound,
                                outbound: outbound,
                                manual: manual,
                                feeler: feeler
                            )
                        )
                    }
                }
            }
        }
        return usages
    }()

    /// What each kind gets if slots are dealt one by one.
    private func dealt(total: Int, target: Int, manual: Int) -> PerKind {
        var reserved = PerKind()
        for _ in 0..<total {
            if reserved.outbound < target {
                reserved.outbound += 1
            } else if reserved.manual < manual {
                reserved.manual += 1
            } else if reserved.feeler < 1 {
                reserved.feeler += 1
            }
        }
        return reserved
    }

    /// Adds the newcomer, then everything that the other kinds are still owed, and counts.
    private func leavesRoom(
        one kind: Kind,
        beside used: PerKind,
        _ reserved: PerKind,
        _ total: Int
    ) -> Bool {
        var after = used
        after[kind] += 1
        for other in Kind.allCases where other != kind {
            while after[other] < reserved[other] { after[other] += 1 }
        }
        return after.inbound + after.outbound + after.manual + after.feeler <= total
    }
}
