extension Peers {
    /// The connections that ended last, the latest first, in batches of `Bounds.rowsPerReply`.
    package struct History: MethodParameters {
        package static let method = Method.history

        /// Nil for all that are remembered.
        package var limit: Int?

        package init(limit: Int? = nil) {
            self.limit = limit
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            limit = try parameters.optionalInteger("limit", in: 1...Bounds.history)
        }

        package func write(to json: inout JSONWriter) {
            json.field("limit", ifSet: limit)
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
