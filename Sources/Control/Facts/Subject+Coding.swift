import Addressing
package import Facts

extension Subject: WireObject {
    package func write(to json: inout JSONWriter) {
        json.field("id", id.number)
        json.field("kind", shownKind)
        json.field("persistent", isPersistent)
        json.field("target", target.description)
        json.field("remote", ifSet: address?.description)
    }

    package init(from decoder: any Decoder) throws {
        let fields = try FactFields(decoder)
        let kind: ShownKind = try fields.value("kind")
        guard try fields.value("persistent") == (kind == .persistent) else {
            throw fields.unfit("persistent")
        }
        self.init(
            id: try fields.id(),
            kind: kind.kind,
            isPersistent: kind == .persistent,
            target: try fields.target("target"),
            address: fields.has("remote") ? try fields.address("remote") : nil
        )
    }
}
