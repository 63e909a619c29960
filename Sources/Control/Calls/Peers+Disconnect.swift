extension Peers {
    /// Closes or cancels connections; persistent ones are tried again later.
    package struct Disconnect: MethodParameters {
        package static let method = Method.disconnect

        package var selection: Selection

        package init(_ selection: Selection) {
            self.selection = selection
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            selection = try Selection(reading: &parameters)
        }

        package func write(to json: inout JSONWriter) {
            selection.write(to: &json)
        }

        package struct Reply: ReplyParameters {
            /// Connections that it was about.
            package var count: Int
            /// When the persistent ones of them come back, the nearest first, at most
            /// `Bounds.retries`; nil if there are none.
            package var retries: [Retry]?

            package init(count: Int, retries: [Retry]? = nil) {
                self.count = count
                self.retries = retries
            }

            package func write(to json: inout JSONWriter) {
                json.field("count", count)
                if let retries { json.field("retries", retries) }
            }
        }
    }
}
