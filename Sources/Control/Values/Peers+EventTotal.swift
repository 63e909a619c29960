package import Facts

extension Peers {
    /// How often an event was told since the start.
    package struct EventTotal: WireObject {
        package var event: Report.Name
        /// Nil where the event says it, or is of no connection.
        package var kind: ShownKind?
        /// As `CauseName.camelCase`; nil where there is none.
        package var cause: String?
        package var count: UInt64

        package init(event: Report.Name, kind: ShownKind?, cause: String?, count: UInt64) {
            self.event = event
            self.kind = kind
            self.cause = cause
            self.count = count
        }

        package func write(to json: inout JSONWriter) {
            json.field("event", event)
            json.field("kind", ifSet: kind)
            json.field("cause", ifSet: cause)
            json.field("count", count)
        }
    }
}
