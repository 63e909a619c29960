import Control

extension Peers.Setback {
    /// Why and when; of a peer that hangs up again and again also what
    /// that may mean.
    func text(seenFrom viewpoint: Viewpoint) -> String {
        var text = cause.text(seenFrom: viewpoint) + ", \(viewpoint.age(of: atUnixUSec)) ago"
        if hangUps >= Self.hangUpsToExplain {
            text +=
                "; it closes what it accepts, \(grouped(hangUps)) times in a row: "
                + "full, has banned us, or wants other services?"
        }
        return text
    }
}
