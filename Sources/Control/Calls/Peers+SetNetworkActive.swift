extension Peers {
    /// Closes everything and refuses peers, or lets them come again.
    package struct SetNetworkActive: MethodParameters {
        package static let method = Method.setNetworkActive

        package var active: Bool

        package init(active: Bool) {
            self.active = active
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            active = try parameters.required("active")
        }

        package func write(to json: inout JSONWriter) {
            json.field("active", active)
        }

        package typealias Reply = Done
    }
}
