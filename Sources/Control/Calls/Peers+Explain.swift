extension Peers {
    /// Why is this peer connected, waiting, refused or not dialled?
    package struct Explain: MethodParameters {
        package static let method = Method.explain

        package var address: String

        package init(address: String) {
            self.address = address
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            address = try parameters.text("address")
        }

        package func write(to json: inout JSONWriter) {
            json.field("address", address)
        }

        package struct Reply: ReplyParameters {
            package var explanation: Explanation

            package init(explanation: Explanation) {
                self.explanation = explanation
            }

            package func write(to json: inout JSONWriter) {
                json.field("explanation", explanation)
            }
        }
    }
}
