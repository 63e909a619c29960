/// The parameters of one method, which know the method and what it replies with.
package protocol MethodParameters: Equatable, Sendable {
    associatedtype Reply: ReplyParameters
    static var method: Method { get }

    /// Throws `invalidParameter` with the name of the first that is missing, of a wrong type or out
    /// of its range.
    init(reading parameters: inout ParameterReader) throws(Service.Failure)

    func write(to json: inout JSONWriter)
}

extension MethodParameters {
    /// Appends the call as a whole message. `more` is asked for where the method needs it;
    /// `isOneway` asks for no reply, not even an error.
    package func encode(into bytes: inout [UInt8], isOneway: Bool = false) {
        JSONWriter.message(into: &bytes) { json in
            json.field("method", Self.method.rawValue)
            json.object("parameters") { write(to: &$0) }
            if isOneway { json.field("oneway", true) }
            if Self.method.expectsMore { json.field("more", true) }
        }
    }
}

/// The parameters of a method that has none.
package protocol NoParameters: MethodParameters {
    init()
}

extension NoParameters {
    package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
        self.init()
    }

    package func write(to json: inout JSONWriter) {}
}
