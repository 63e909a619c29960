import Addressing
package import Facts
import Timing

extension Peers {
    /// What is kept out, by whom and until when.
    package struct BanEntry: WireObject {
        package var prefix: String
        package var origin: Facts.Ban.Origin
        /// Nil for a ban without end.
        package var untilUnixUSec: Int64?

        package init(prefix: String, origin: Facts.Ban.Origin, untilUnixUSec: Int64? = nil) {
            self.prefix = prefix
            self.origin = origin
            self.untilUnixUSec = untilUnixUSec
        }

        package init(_ ban: Facts.Ban) {
            self.init(
                prefix: ban.prefix.description,
                origin: ban.origin,
                untilUnixUSec: ban.until?.microseconds
            )
        }

        package func write(to json: inout JSONWriter) {
            json.field("prefix", prefix)
            json.field("origin", origin)
            json.field("untilUnixUSec", ifSet: untilUnixUSec)
        }
    }
}
