extension Peers {
    /// The running configuration in batches of `Bounds.rowsPerReply`.
    package struct GetConfiguration: NoParameters {
        package static let method = Method.getConfiguration

        package init() {}

        package struct Reply: ReplyParameters {
            package var keys: [ConfiguredKey]

            package init(keys: [ConfiguredKey]) {
                self.keys = keys
            }

            package func write(to json: inout JSONWriter) {
                json.field("keys", keys)
            }
        }
    }

    /// Reads the configuration again without taking it: what a reload would change, in batches of
    /// `Bounds.rowsPerReply`.
    package struct CompareConfiguration: NoParameters {
        package static let method = Method.compareConfiguration

        package init() {}

        package struct Reply: ReplyParameters {
            package var changes: [ConfigurationChange]

            package init(changes: [ConfigurationChange]) {
                self.changes = changes
            }

            package func write(to json: inout JSONWriter) {
                json.field("changes", changes)
            }
        }
    }
}
