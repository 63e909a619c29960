package import Facts

extension Peers {
    /// Why a peer is connected, waiting, refused or not dialled.
    package struct Explanation: WireObject {
        /// As it was understood.
        package var address: String
        /// To or from it, at most `Bounds.rowsPerReply`.
        package var connections: [Connection]
        /// For each way it could be connected, the rules that say something about it now, in the
        /// order in which they are asked.
        package var findings: [Finding]

        package init(address: String, connections: [Connection], findings: [Finding]) {
            self.address = address
            self.connections = connections
            self.findings = findings
        }

        package func write(to json: inout JSONWriter) {
            json.field("address", address)
            json.field("connections", connections)
            json.field("findings", findings)
        }
    }
}
