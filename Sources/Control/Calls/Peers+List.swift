extension Peers {
    /// All connections, or those of a kind or in a phase, in batches of `Bounds.rowsPerReply`.
    package struct List: MethodParameters {
        package static let method = Method.list

        package var kind: Kind?
        package var phase: Phase?

        package init(kind: Kind? = nil, phase: Phase? = nil) {
            self.kind = kind
            self.phase = phase
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            kind = try parameters.optional("kind")
            phase = try parameters.optional("phase")
        }

        package func write(to json: inout JSONWriter) {
            json.field("kind", ifSet: kind?.rawValue)
            json.field("phase", ifSet: phase?.rawValue)
        }

        package struct Reply: ReplyParameters {
            package var connections: [Connection]

            package init(connections: [Connection]) {
                self.connections = connections
            }

            package func write(to json: inout JSONWriter) {
                json.field("connections", connections)
            }
        }
    }
}
