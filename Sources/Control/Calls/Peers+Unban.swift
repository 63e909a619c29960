extension Peers {
    /// Lifts the ban of exactly this prefix.
    package struct Unban: MethodParameters {
        package static let method = Method.unban

        package var prefix: String

        package init(prefix: String) {
            self.prefix = prefix
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            prefix = try parameters.text("prefix")
        }

        package func write(to json: inout JSONWriter) {
            json.field("prefix", prefix)
        }

        package typealias Reply = Done
    }
}
