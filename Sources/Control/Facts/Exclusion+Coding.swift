package import Facts

extension Exclusion: WireObject {
    package func write(to json: inout JSONWriter) {
        json.field("rule", rule)
        json.field("count", addresses)
    }

    package init(from decoder: any Decoder) throws {
        let fields = try FactFields(decoder)
        self.init(try fields.value("rule"), addresses: try fields.value("count"))
    }
}
