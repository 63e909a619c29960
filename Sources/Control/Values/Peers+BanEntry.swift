extension Peers {
    /// What is kept out, by whom and until when.
    package struct BanEntry: WireObject {
        package var prefix: String
        package var origin: BanOrigin
        /// Nil for a ban without end.
        package var untilUnixUSec: Int64?

        package init(prefix: String, origin: BanOrigin, untilUnixUSec: Int64? = nil) {
            self.prefix = prefix
            self.origin = origin
            self.untilUnixUSec = untilUnixUSec
        }

        package func write(to json: inout JSONWriter) {
            json.field("prefix", prefix)
            json.field("origin", origin.rawValue)
            json.field("untilUnixUSec", ifSet: untilUnixUSec)
        }
    }

    /// Who banned.
    package enum BanOrigin: String, WireWord {
        case `operator`
        /// A peer misbehaved.
        case automatic
    }
}
