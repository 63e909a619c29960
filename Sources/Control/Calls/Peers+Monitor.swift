extension Peers {
    /// What happens from now on, an event a reply.
    package struct Monitor: MethodParameters {
        package static let method = Method.monitor

        /// Only these; nil for all. `monitoring` and `missed` come in any case.
        package var events: [EventName]?

        package init(events: [EventName]? = nil) {
            self.events = events
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            events = try parameters.optional("events")
            if let events, !(1...EventName.allCases.count).contains(events.count) {
                throw .invalidParameter("events")
            }
        }

        package func write(to json: inout JSONWriter) {
            if let events { json.field("events", events.map(\.camelCase)) }
        }

        package struct Reply: ReplyParameters {
            package var event: Event

            package init(event: Event) {
                self.event = event
            }

            package func write(to json: inout JSONWriter) {
                json.field("event", event)
            }
        }
    }
}
