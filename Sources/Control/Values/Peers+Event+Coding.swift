import Facts

extension Peers.Event: WireObject {
    package func write(to json: inout JSONWriter) {
        json.field("name", name.camelCase)
        json.field("timeUnixUSec", timeUnixUSec)
        switch content {
        case .monitoring: break
        case .report(let report): report.write(to: &json)
        case .missed(let count): json.field("count", count)
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try FactFields(decoder)
        timeUnixUSec = try fields.value("timeUnixUSec")
        let name: Peers.EventName = try fields.value("name")
        content =
            switch name {
            case .monitoring: .monitoring
            case .report(let name): .report(try Report(name, fields))
            case .missed: .missed(count: try fields.value("count"))
            }
    }
}
