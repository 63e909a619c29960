extension Peers {
    /// Tells the source from which outbound peers are picked. All of them, or none if one is wrong.
    package struct AddAddresses: MethodParameters {
        package static let method = Method.addAddresses

        /// At most `Bounds.addresses`.
        package var addresses: [String]

        package init(addresses: [String]) {
            self.addresses = addresses
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            addresses = try parameters.texts("addresses", atMost: Bounds.addresses)
        }

        package func write(to json: inout JSONWriter) {
            json.field("addresses", addresses)
        }

        package struct Reply: ReplyParameters {
            package var added: Int
            /// Those that it had already.
            package var known: Int

            package init(added: Int, known: Int) {
                self.added = added
                self.known = known
            }

            package func write(to json: inout JSONWriter) {
                json.field("added", added)
                json.field("known", known)
            }
        }
    }
}
