package import Facts
import PlainText

/// Names stand in messages in camelCase: `tooManyPerHost`.
package protocol WireName: FactName, Decodable {}

extension WireName {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard text.isWord, let name = Self(camelCase: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no word of \(Self.self)")
            )
        }
        self = name
    }
}

extension ShownKind: WireName {}
extension Phase.Name: WireName {}
extension ShownPhase: WireName {}
extension Way: WireName {}
extension Rule.Name: WireName {}
extension Ban.Origin: WireName {}
extension Report.Name: WireName {}

extension JSONWriter {
    package mutating func field(_ name: String, _ value: some FactName) {
        field(name, value.camelCase)
    }

    package mutating func field(_ name: String, ifSet value: (some FactName)?) {
        if let value { field(name, value.camelCase) }
    }
}
