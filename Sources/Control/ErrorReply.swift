import PlainText
package import Facts

/// An error that a call was answered with.
package enum ErrorReply: Error, Equatable, Sendable {
    case service(Service.Failure)
    case peers(Cause)
    /// An error that this program doesn't know: the daemon is a newer one.
    case unknown(name: String)

    /// Reads the parameters of an error by its full name. Only those of a known one are looked at.
    init(
        _ name: String,
        _ fields: @autoclosure () throws -> KeyedDecodingContainer<FieldName>
    ) throws {
        let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) ?? name.startIndex
        let last = String(decoding: name.utf8[dot...].dropFirst(), as: UTF8.self)
        switch Interface(word: String(name[..<dot])) {
        case .service:
            guard let name = Service.Failure.Name(word: last) else { break }
            self = .service(try Service.Failure(name, fields()))
            return
        case .peers:
            guard let cause = try Cause(errorName: last, FactFields(fields())) else { break }
            self = .peers(cause)
            return
        case nil:
            break
        }
        self = .unknown(name: name)
    }
}
