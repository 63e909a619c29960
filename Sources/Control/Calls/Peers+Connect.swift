extension Peers {
    /// Connects once. Answered when the attempt has ended; cancelled when its caller goes away.
    package struct Connect: MethodParameters {
        package static let method = Method.connect

        /// An address or a name, with or without a port.
        package var address: String
        /// Nil for `outbound.dial-timeout`.
        package var timeoutUSec: Int64?

        package init(address: String, timeoutUSec: Int64? = nil) {
            self.address = address
            self.timeoutUSec = timeoutUSec
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            address = try parameters.text("address")
            timeoutUSec = try parameters.optionalInteger("timeoutUSec", in: 1...Bounds.timeoutUSec)
        }

        package func write(to json: inout JSONWriter) {
            json.field("address", address)
            json.field("timeoutUSec", ifSet: timeoutUSec)
        }

        package struct Reply: ReplyParameters {
            package var connection: Connection

            package init(connection: Connection) {
                self.connection = connection
            }

            package func write(to json: inout JSONWriter) {
                json.field("connection", connection)
            }
        }
    }
}
