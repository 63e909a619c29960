/// A value that stands in messages as a JSON object: a type of the interface, or the parameters of
/// a reply. The names of its fields are those of its properties.
///
/// Reading is the compiler's (`Decodable`); writing is by hand, since it is hot in the daemon. A
/// test holds both against the text of the interface.
package protocol WireObject: Decodable, Equatable, Sendable {
    /// Writes the fields, without the braces.
    func write(to json: inout JSONWriter)
}

/// The parameters of a method's reply.
package protocol ReplyParameters: WireObject {}

extension ReplyParameters {
    /// Appends the reply as a whole message. `continues` says that more replies to the same call
    /// follow, which only calls with `more` get.
    package func encode(into bytes: inout [UInt8], continues: Bool = false) {
        JSONWriter.message(into: &bytes) { json in
            json.object("parameters") { write(to: &$0) }
            if continues { json.field("continues", true) }
        }
    }
}

/// A reply that only says that it is done.
package struct Done: ReplyParameters {
    package init() {}

    package func write(to json: inout JSONWriter) {}
}
