extension Peers {
    /// Counts, targets, limits, retries and refusals.
    package struct Status: NoParameters {
        package static let method = Method.status

        package init() {}

        package struct Reply: ReplyParameters {
            package var status: ServiceStatus

            package init(status: ServiceStatus) {
                self.status = status
            }

            package func write(to json: inout JSONWriter) {
                json.field("status", status)
            }
        }
    }
}
