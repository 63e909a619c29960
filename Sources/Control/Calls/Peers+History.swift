extension Peers {
    /// The connections that ended last and the attempts that failed last, the latest first, in
    /// batches of `Bounds.rowsPerReply`.
    package struct History: MethodParameters {
        package static let method = Method.history

        /// Nil for all that are remembered.
        package var limit: Int?
        /// Failed attempts alone.
        package var failed: Bool?

        package init(limit: Int? = nil, failed: Bool? = nil) {
            self.limit = limit
            self.failed = failed
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            limit = try parameters.optionalInteger("limit", in: 1...Bounds.history)
            failed = try parameters.optional("failed")
        }

        package func write(to json: inout JSONWriter) {
            json.field("limit", ifSet: limit)
            if let failed { json.field("failed", failed) }
        }

        package struct Reply: ReplyParameters {
            package var connections: [EndedConnection]

            package init(connections: [EndedConnection]) {
                self.connections = connections
            }

            package func write(to json: inout JSONWriter) {
                json.field("connections", connections)
            }
        }
    }
}
