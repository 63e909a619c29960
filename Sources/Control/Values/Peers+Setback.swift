package import Facts

extension Peers {
    /// What the last attempt to keep a persistent peer connected came to.
    package struct Setback: WireObject {
        package var cause: Facts.Setback.Cause
        package var atUnixUSec: Int64
        /// Its number in a row, from 1.
        package var count: Int
        /// How many of the last ones in a row were the peer's accepting and closing at once.
        package var hangUps: Int

        package init(cause: Facts.Setback.Cause, atUnixUSec: Int64, count: Int, hangUps: Int) {
            self.cause = cause
            self.atUnixUSec = atUnixUSec
            self.count = count
            self.hangUps = hangUps
        }

        package func write(to json: inout JSONWriter) {
            json.field("cause", cause)
            json.field("atUnixUSec", atUnixUSec)
            json.field("count", count)
            json.field("hangUps", hangUps)
        }
    }
}
