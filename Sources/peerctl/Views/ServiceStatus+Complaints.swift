import Control
import Facts
import Timing

extension Peers.ServiceStatus {
    /// Why the daemon isn't well, a sentence each; none if it is. Without a state directory nothing
    /// was to be stored, and that is well.
    func complaints(seenFrom viewpoint: Viewpoint) -> [String] {
        var complaints: [String] = []
        if let reload, !reload.inForce {
            let age = viewpoint.age(of: reload.endedUnixUSec)
            complaints.append("the last reload, \(age) ago, failed: \(reload.problems.first ?? "")")
        }
        switch storage {
        case .works, .off: break
        case .unread: complaints.append("what is stored has not been read" + reason(storageProblem))
        case .fails:
            complaints.append("changes of peers and bans are not stored" + reason(storageProblem))
        }
        if limits.outbound > 0, ready.outbound == 0 {
            complaints.append(
                "no outbound peer is ready, and outbound.target is \(limits.outbound): \(summary)"
            )
        }
        if let since = persistentDownSinceUnixUSec {
            let absence =
                WallTime(microseconds: viewpoint.nowUnixUSec) - WallTime(microseconds: since)
            if absence >= Report.patience {
                complaints.append(
                    "a persistent peer has been down for \(absence.briefDescription): \(summary)"
                )
            }
        }
        return complaints
    }

    private func reason(_ problem: String?) -> String { problem.map { ": \($0)" } ?? "" }
}
