extension Peers {
    /// One address at which peers may come.
    package struct Listener: WireObject {
        /// With the port that the kernel chose, if it was to.
        package var address: String
        /// The configuration's `listen.network`.
        package var network: String
        package var trustedLoopback: Bool

        package init(address: String, network: String, trustedLoopback: Bool) {
            self.address = address
            self.network = network
            self.trustedLoopback = trustedLoopback
        }

        package func write(to json: inout JSONWriter) {
            json.field("address", address)
            json.field("network", network)
            json.field("trustedLoopback", trustedLoopback)
        }
    }

    /// How many descriptors the daemon has and may have.
    package struct Descriptors: WireObject {
        /// Nil where the kernel doesn't say it at once, before Linux 6.2.
        package var open: Int?
        /// What the kernel lets it have.
        package var limit: Int
        /// What its configured limits may need at most.
        package var needed: Int

        package init(open: Int?, limit: Int, needed: Int) {
            self.open = open
            self.limit = limit
            self.needed = needed
        }

        package func write(to json: inout JSONWriter) {
            json.field("open", ifSet: open)
            json.field("limit", limit)
            json.field("needed", needed)
        }
    }

    /// What has happened since the start.
    package struct StatusTotals: WireObject {
        /// Inbound connections that were let in.
        package var accepted: UInt64
        /// Attempts of ours that led to a connection.
        package var connected: UInt64
        /// Attempts of ours that didn't.
        package var failed: UInt64
        /// Connections of either kind that have ended.
        package var ended: UInt64
        /// What peers have sent, and were sent.
        package var bytesIn: UInt64
        package var bytesOut: UInt64

        package init(
            accepted: UInt64 = 0,
            connected: UInt64 = 0,
            failed: UInt64 = 0,
            ended: UInt64 = 0,
            bytesIn: UInt64 = 0,
            bytesOut: UInt64 = 0
        ) {
            self.accepted = accepted
            self.connected = connected
            self.failed = failed
            self.ended = ended
            self.bytesIn = bytesIn
            self.bytesOut = bytesOut
        }

        package func write(to json: inout JSONWriter) {
            json.field("accepted", accepted)
            json.field("connected", connected)
            json.field("failed", failed)
            json.field("ended", ended)
            json.field("bytesIn", bytesIn)
            json.field("bytesOut", bytesOut)
        }
    }
}
