extension Peers {
    /// Keeps an address or prefix out and closes what it covers.
    package struct Ban: MethodParameters {
        package static let method = Method.ban

        package var prefix: String
        /// Nil bans without end.
        package var durationUSec: Int64?
        /// Whether a ban of the prefix that holds longer may be shortened, and one be made under a
        /// wider one that does.
        package var replace: Bool?

        package init(prefix: String, durationUSec: Int64? = nil, replace: Bool? = nil) {
            self.prefix = prefix
            self.durationUSec = durationUSec
            self.replace = replace
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            prefix = try parameters.text("prefix")
            durationUSec = try parameters.optionalInteger("durationUSec", in: 1...Int64.max)
            replace = try parameters.optional("replace", as: Bool.self)
        }

        package func write(to json: inout JSONWriter) {
            json.field("prefix", prefix)
            json.field("durationUSec", ifSet: durationUSec)
            if let replace { json.field("replace", replace) }
        }

        package struct Reply: ReplyParameters {
            /// Connections that it closed.
            package var closed: Int
            /// Whitelisted, manual and persistent connections that it covers and leaves.
            package var spared: [UInt64]

            package init(closed: Int, spared: [UInt64]) {
                self.closed = closed
                self.spared = spared
            }

            package func write(to json: inout JSONWriter) {
                json.field("closed", closed)
                json.field("spared", spared)
            }
        }
    }
}
