import Control
import Facts

extension Peers.Setback {
    /// Why and when; of a peer that hangs up again and again also what
    /// that may mean.
    func text(seenFrom viewpoint: Viewpoint) -> String {
        var text = cause.sentence(viewpoint.wording) + ", \(viewpoint.age(of: atUnixUSec)) ago"
        if hangUps >= Setback.hangUpsToReport {
            text +=
                "; it closes what it accepts, \(grouped(hangUps)) times in a row: "
                + "full, has banned us, or wants other services?"
        }
        return text
    }
}
