internal import FoundationEssentials

/// A call as it came in one message.
package struct CallMessage: Sendable {
    /// What is asked for, or the error to answer.
    package let call: Result<Call, Service.Failure>
    /// Nothing is answered, an error neither.
    package let isOneway: Bool
    /// Several replies are welcome. A call that came through is so always if it
    /// `Method.expectsMore`, and never if it `isOneway`.
    package let wantsMore: Bool

    /// Reads a message, which comes without the zero that ends it.
    package init(decoding message: [UInt8]) throws(MessageError) {
        // The decoder looks at the texts that it is asked for only.
        guard (try? UTF8Span(validating: message.span)) != nil else { throw .notAnObject }
        var message = message
        try MessageShape.check(&message)
        do {
            self = try JSONDecoder().decode(Envelope.self, from: Data(message)).content
        } catch {
            throw .notAnObject
        }
    }

    fileprivate init(_ envelope: KeyedDecodingContainer<FieldName>) {
        // Whether an error may be answered must be known before one can be found.
        let isOneway = (try? envelope.flag("oneway")) ?? false
        let wantsMore = (try? envelope.flag("more")) ?? false
        self.isOneway = isOneway
        self.wantsMore = wantsMore
        call = Result { () throws(Service.Failure) in
            let call = try Self.call(in: envelope)
            // There would be nobody to stream to.
            guard !(isOneway && wantsMore) else { throw .invalidParameter("more") }
            guard wantsMore || !call.method.expectsMore else { throw .expectedMore }
            return call
        }
    }

    private static func call(
        in envelope: KeyedDecodingContainer<FieldName>
    ) throws(Service.Failure) -> Call {
        try envelope.rejectFields(except: ["method", "parameters", "oneway", "more", "upgrade"])
        _ = try envelope.flag("oneway")
        _ = try envelope.flag("more")
        // There is no other protocol here to change over to.
        guard try !envelope.flag("upgrade") else { throw .invalidParameter("upgrade") }
        guard let name = try? envelope.decode(String.self, forKey: FieldName("method")) else {
            throw .invalidParameter("method")
        }
        let method = try Method(named: name)
        var parameters = ParameterReader(try envelope.parameters())
        let call = try Call(method, reading: &parameters)
        try parameters.rejectUnread()
        return call
    }
}

extension KeyedDecodingContainer<FieldName> {
    fileprivate func flag(_ name: String) throws(Service.Failure) -> Bool {
        do {
            return try decodeIfPresent(Bool.self, forKey: FieldName(name)) ?? false
        } catch {
            throw .invalidParameter(name)
        }
    }

    /// Nil if there are none.
    fileprivate func parameters() throws(Service.Failure) -> KeyedDecodingContainer<FieldName>? {
        let name = FieldName("parameters")
        do {
            guard contains(name), try !decodeNil(forKey: name) else { return nil }
            return try nestedContainer(keyedBy: FieldName.self, forKey: name)
        } catch {
            throw .invalidParameter("parameters")
        }
    }
}

/// What the decoder is given: it can't be told to hand out a container otherwise.
private struct Envelope: Decodable {
    let content: CallMessage

    init(from decoder: any Decoder) throws {
        content = CallMessage(try decoder.container(keyedBy: FieldName.self))
    }
}
