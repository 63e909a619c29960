internal import FoundationEssentials

/// One reply to a call, as a client reads it.
package struct ReplyMessage<Parameters: ReplyParameters>: Equatable, Sendable {
    package let result: Result<Parameters, ErrorReply>
    /// Whether more replies to the same call follow. Never after an error.
    package let continues: Bool

    /// Reads a message, which comes without the zero that ends it. Fields that this program doesn't
    /// know are skipped, so that a newer daemon can be asked.
    package init(decoding message: [UInt8]) throws(ReplyError) {
        do {
            var message = message
            try MessageShape.makeKeysPlain(&message)
            self = try JSONDecoder().decode(Envelope.self, from: Data(message)).content
        } catch {
            throw ReplyError(cause: "\(error)")
        }
    }

    private struct Envelope: Decodable {
        let content: ReplyMessage

        init(from decoder: any Decoder) throws {
            content = try ReplyMessage(decoder.container(keyedBy: FieldName.self))
        }
    }

    private init(_ envelope: KeyedDecodingContainer<FieldName>) throws {
        let parameters = FieldName("parameters")
        if let name = try envelope.decodeIfPresent(String.self, forKey: FieldName("error")) {
            result = .failure(
                try ErrorReply(
                    name,
                    envelope.nestedContainer(keyedBy: FieldName.self, forKey: parameters)
                )
            )
            continues = false
        } else {
            result = .success(try envelope.decode(Parameters.self, forKey: parameters))
            continues =
                try envelope.decodeIfPresent(Bool.self, forKey: FieldName("continues")) ?? false
        }
    }
}

/// What the daemon sent is no reply to the call: it isn't peerd, or one that this program doesn't
/// fit.
package struct ReplyError: Error, Equatable, Sendable {
    /// For people who look for the reason.
    package let cause: String
}
