internal import Addressing
internal import ConnectionCore
import Facts
internal import Timing

/// One peer that comes by a name and by an address: the persistent entry has the connection that
/// there is.
extension Ledger {
    /// Whether a persistent peer may have this connection.
    func mayAdopt(_ id: ConnectionID) -> Bool {
        guard let entry = self[id] else { return false }
        return entry.standing.openSince != nil && !entry.isPersistent && entry.kind != .inbound
            && !entry.owesClose
    }

    /// Whether a persistent name that has this address must have the connection to it.
    func mayAdopt(_ address: PeerAddress, for entry: Entry) -> Bool {
        entry.isPersistent && entries.contains { $0.address == address && mayAdopt($0.id) }
    }

    /// A persistent name's attempt ends because one of its addresses is connected. Its entry is
    /// closed next, then the other one is adopted.
    mutating func handsOver(
        _ entry: Entry,
        to other: ConnectionID,
        at now: Moment,
        _ bans: BanBook
    ) throws(BrokenPromise) {
        guard entry.isNamed, let address = self[other]?.address,
            let place = entry.untried.firstIndex(of: address)
        else { throw BrokenPromise("\(entry.id) has no address of \(other)") }
        var ending = entry
        // Nothing but the time that it took can have ended the dial to its last address.
        if entry.isDialOpen, let late = entry.address {
            expectedFailures += 1
            noteRoute(to: late)
        }
        ending.isDialOpen = false
        ending.address = nil
        set(ending)
        for earlier in entry.untried[..<place]
        where mayDial(earlier, for: ending, at: now, bans) || mayAdopt(earlier, for: ending) {
            throw BrokenPromise("\(entry.id) adopts \(other), and \(earlier) comes before it")
        }
        handedOver = (other, ending)
        ending.isPersistent = false
        ending.owesClose = true
        set(ending)
    }

    /// An outbound or manual connection becomes persistent, under the same id and by what was named
    /// to be kept: with no failure on its record, or with those of the name that it was found by.
    mutating func adopted(_ subject: Subject, at now: Instant) throws(BrokenPromise) {
        var entry = try entry(of: subject.id)
        guard mayAdopt(entry.id), subject.kind == .manual, subject.isPersistent,
            subject.address == entry.address
        else { throw BrokenPromise("adopted: \(subject), of which the ledger says \(entry)") }
        let name = handedOver?.to == subject.id ? handedOver?.entry : nil
        guard let expected = name?.target ?? adopting, subject.target == expected else {
            throw BrokenPromise("adopted: \(subject), which nobody named")
        }
        if let name {
            handedOver = nil
            (entry.retries, entry.setback) = (name.retries, name.setback)
            (entry.setbacks, entry.hangUps) = (name.setbacks, name.hangUps)
            entry.isDownSaid = name.isDownSaid && !entry.isReady
        }
        entry.kind = .manual
        entry.isPersistent = true
        entry.limit = nil
        entry.target = subject.target
        if entry.isNamed { entry.lastAddress = entry.address } else { entry.lastAddress = nil }
        entry.downSince = entry.isReady ? nil : name?.downSince ?? now
        set(entry)
    }
}
