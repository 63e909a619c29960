extension Peers {
    /// Keeps a peer connected until it is removed. Answered at once.
    package struct AddPersistent: MethodParameters {
        package static let method = Method.addPersistent

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
            package var id: UInt64

            package init(id: UInt64) {
                self.id = id
            }

            package func write(to json: inout JSONWriter) {
                json.field("id", id)
            }
        }
    }
}
