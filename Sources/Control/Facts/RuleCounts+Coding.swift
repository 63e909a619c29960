package import Facts

/// A field for each rule that refuses inbound peers.
extension RuleCounts: WireObject {
    package func write(to json: inout JSONWriter) {
        for rule in Self.rules { json.field(rule.camelCase, self[rule]) }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try FactFields(decoder)
        self.init()
        for rule in Self.rules { self[rule] = try fields.value(rule.camelCase) }
    }
}
