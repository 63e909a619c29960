package import Facts
import PlainText

/// As a `Cause` of the interface: the name of an error, and its parameters.
extension Cause: WireObject {
    package func write(to json: inout JSONWriter) {
        json.field("error", errorName)
        json.object("parameters") { writeParameters(to: &$0) }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try FactFields(decoder)
        let name: String = try fields.value("error")
        guard let cause = try Cause(errorName: name, fields.object("parameters")) else {
            throw fields.unfit("error")
        }
        self = cause
    }

    /// Appends the error reply as a whole message.
    package func encode(into bytes: inout [UInt8]) {
        JSONWriter.message(into: &bytes) { json in
            json.field("error", "\(Interface.peers.rawValue).\(errorName)")
            json.object("parameters") { writeParameters(to: &$0) }
        }
    }

    /// Within the interface: `TooManyPerHost`.
    private var errorName: String {
        switch self {
        case .refused(let refusal): refusal.name.pascalCase
        case .failed(let failure): failure.name.pascalCase
        case .ended(let ending): ending.name.pascalCase
        }
    }

    private func writeParameters(to json: inout JSONWriter) {
        switch self {
        case .refused(let refusal): refusal.writeParameters(to: &json)
        case .failed(let failure): failure.writeParameters(to: &json)
        case .ended(let ending): ending.writeParameters(to: &json)
        }
    }

    /// Nil for a name that no cause has. Some causes of different sorts have one name, one sentence
    /// and the same parameters: such a one is read as a refusal before a failure, and as a failure
    /// before an ending.
    init?(errorName name: String, _ fields: @autoclosure () throws -> FactFields) throws {
        guard name.isWord else { return nil }
        let refusal = Refusal.Name(pascalCase: name)
        let failure = DialFailure.Name(pascalCase: name)
        let ending = Ending.Name(pascalCase: name)
        guard refusal != nil || failure != nil || ending != nil else { return nil }

        let fields = try fields()
        if let refusal, refusal != .unsupportedAddress || fields.has("address") {
            self = .refused(try Refusal(refusal, fields))
        } else if let failure, failure != .timedOut || fields.has("afterUSec") {
            self = .failed(try DialFailure(failure, fields))
        } else if let ending {
            self = .ended(try Ending(ending, fields))
        } else {
            return nil
        }
    }
}

/// As a `Cause` of the interface. One that a dial's failure and an end may have in common is read
/// as the former.
extension Setback.Cause: WireObject {
    package func write(to json: inout JSONWriter) {
        Cause(self).write(to: &json)
    }

    package init(from decoder: any Decoder) throws {
        let fields = try FactFields(decoder)
        let name: String = try fields.value("error")
        let parameters = try fields.object("parameters")
        if name.isWord, let failure = DialFailure.Name(pascalCase: name),
            failure != .timedOut || parameters.has("afterUSec")
        {
            self = .failed(try DialFailure(failure, parameters))
        } else if name.isWord, let ending = Ending.Name(pascalCase: name) {
            self = .ended(try Ending(ending, parameters))
        } else {
            throw fields.unfit("error")
        }
    }
}
