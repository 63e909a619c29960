extension Peers {
    /// Ends persistent connections for good.
    package struct Remove: MethodParameters {
        package static let method = Method.remove

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
            /// Persistent peers that are gone.
            package var count: Int
            /// One of them is in the configuration, so that the next reload brings it back.
            package var untilReload: Bool

            package init(count: Int, untilReload: Bool) {
                self.count = count
                self.untilReload = untilReload
            }

            package func write(to json: inout JSONWriter) {
                json.field("count", count)
                json.field("untilReload", untilReload)
            }
        }
    }
}
