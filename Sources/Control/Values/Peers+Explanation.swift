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

    /// What one rule says about one way. The numbers are those that the rule has.
    package struct Finding: WireObject {
        package var way: Way
        package var rule: Rule
        /// False for a rule that lets in what others would refuse.
        package var refuses: Bool
        /// The connection that stands in the way.
        package var id: UInt64?
        package var limit: Int?
        /// What the limit is compared with.
        package var count: Int?
        /// The ban or the whitelist entry.
        package var prefix: String?
        /// Of being dropped, from 0 to 1.
        package var chance: Double?
        /// When the rule stops to apply by itself.
        package var untilUnixUSec: Int64?

        package init(
            way: Way,
            rule: Rule,
            refuses: Bool,
            id: UInt64? = nil,
            limit: Int? = nil,
            count: Int? = nil,
            prefix: String? = nil,
            chance: Double? = nil,
            untilUnixUSec: Int64? = nil
        ) {
            self.way = way
            self.rule = rule
            self.refuses = refuses
            self.id = id
            self.limit = limit
            self.count = count
            self.prefix = prefix
            self.chance = chance
            self.untilUnixUSec = untilUnixUSec
        }

        package func write(to json: inout JSONWriter) {
            json.field("way", way.rawValue)
            json.field("rule", rule.rawValue)
            json.field("refuses", refuses)
            json.field("id", ifSet: id)
            json.field("limit", ifSet: limit)
            json.field("count", ifSet: count)
            json.field("prefix", ifSet: prefix)
            json.field("chance", ifSet: chance)
            json.field("untilUnixUSec", ifSet: untilUnixUSec)
        }
    }

    /// How a peer comes to be connected.
    package enum Way: String, WireWord {
        /// It comes to us.
        case inbound
        /// It is picked to hold the target.
        case outbound
        /// `Connect`.
        case manual
        /// `AddPersistent`.
        case persistent
    }
}
