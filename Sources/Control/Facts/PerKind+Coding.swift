package import Facts

extension PerKind: WireObject {
    package func write(to json: inout JSONWriter) {
        for kind in Kind.allCases {
            json.field(ShownKind(kind, isPersistent: false).camelCase, self[kind])
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try FactFields(decoder)
        self.init()
        for kind in Kind.allCases {
            self[kind] = try fields.value(ShownKind(kind, isPersistent: false).camelCase)
        }
    }
}
