package import Facts

extension Peers {
    /// What has happened since the start.
    package struct Totals: NoParameters {
        package static let method = Method.totals

        package init() {}

        package struct Reply: ReplyParameters {
            package var startedUnixUSec: Int64
            /// Everything that there can be, in an order that doesn't change.
            package var events: [EventTotal]
            package var refusals: RuleCounts
            package var addressesLearned: UInt64
            package var bytesIn: UInt64
            package var bytesOut: UInt64

            package init(
                startedUnixUSec: Int64,
                events: [EventTotal],
                refusals: RuleCounts,
                addressesLearned: UInt64,
                bytesIn: UInt64,
                bytesOut: UInt64
            ) {
                self.startedUnixUSec = startedUnixUSec
                self.events = events
                self.refusals = refusals
                self.addressesLearned = addressesLearned
                self.bytesIn = bytesIn
                self.bytesOut = bytesOut
            }

            package func write(to json: inout JSONWriter) {
                json.field("startedUnixUSec", startedUnixUSec)
                json.field("events", events)
                json.field("refusals", refusals)
                json.field("addressesLearned", addressesLearned)
                json.field("bytesIn", bytesIn)
                json.field("bytesOut", bytesOut)
            }
        }
    }
}
