package import Facts

extension Peers {
    /// All connections, or those of a kind or in a phase, in batches of `Bounds.rowsPerReply`.
    package struct List: MethodParameters {
        package static let method = Method.list

        package var kind: ShownKind?
        package var phase: ShownPhase?

        package init(kind: ShownKind? = nil, phase: ShownPhase? = nil) {
            self.kind = kind
            self.phase = phase
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            kind = try parameters.optional("kind")
            phase = try parameters.optional("phase")
        }

        package func write(to json: inout JSONWriter) {
            json.field("kind", ifSet: kind)
            json.field("phase", ifSet: phase)
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
