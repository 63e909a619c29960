package import Facts

extension Peers {
    /// Why nobody can be dialled although outbound connections are missing.
    package struct Shortage: WireObject {
        /// Connections that are missing.
        package var missing: Int
        package var exclusions: [Exclusion]
        package var sinceUnixUSec: Int64
        /// When it is looked again, if nothing changes before.
        package var nextLookUnixUSec: Int64

        package init(
            missing: Int,
            exclusions: [Exclusion],
            sinceUnixUSec: Int64,
            nextLookUnixUSec: Int64
        ) {
            self.missing = missing
            self.exclusions = exclusions
            self.sinceUnixUSec = sinceUnixUSec
            self.nextLookUnixUSec = nextLookUnixUSec
        }

        package func write(to json: inout JSONWriter) {
            json.field("missing", missing)
            json.field("exclusions", exclusions)
            json.field("sinceUnixUSec", sinceUnixUSec)
            json.field("nextLookUnixUSec", nextLookUnixUSec)
        }
    }
}
