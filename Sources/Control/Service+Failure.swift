extension Service {
    /// What can be wrong with a call before it is known what to do for it: varlink's own errors.
    package enum Failure: Error, Equatable, Sendable {
        case interfaceNotFound(String)
        case methodNotFound(String)
        /// The interface has the method and this daemon doesn't.
        case methodNotImplemented(String)
        /// Missing, of a wrong type, out of its range or unknown: the name of the parameter.
        case invalidParameter(String)
        /// The caller may read and not change. See `Method.changes`.
        case permissionDenied
        /// The method answers in several replies, and `more` wasn't asked for.
        case expectedMore
    }
}

extension Service.Failure {
    /// The names of the errors within their interface.
    package enum Name: String, CaseIterable, Sendable {
        case interfaceNotFound = "InterfaceNotFound"
        case methodNotFound = "MethodNotFound"
        case methodNotImplemented = "MethodNotImplemented"
        case invalidParameter = "InvalidParameter"
        case permissionDenied = "PermissionDenied"
        case expectedMore = "ExpectedMore"
    }

    package var name: Name {
        switch self {
        case .interfaceNotFound: .interfaceNotFound
        case .methodNotFound: .methodNotFound
        case .methodNotImplemented: .methodNotImplemented
        case .invalidParameter: .invalidParameter
        case .permissionDenied: .permissionDenied
        case .expectedMore: .expectedMore
        }
    }

    /// Appends the error reply as a whole message.
    package func encode(into bytes: inout [UInt8]) {
        JSONWriter.message(into: &bytes) { json in
            json.field("error", "\(Interface.service.rawValue).\(name.rawValue)")
            json.object("parameters") { writeParameters(to: &$0) }
        }
    }

    private func writeParameters(to json: inout JSONWriter) {
        switch self {
        case .interfaceNotFound(let interface): json.field("interface", interface)
        case .methodNotFound(let method): json.field("method", method)
        case .methodNotImplemented(let method): json.field("method", method)
        case .invalidParameter(let parameter): json.field("parameter", parameter)
        case .permissionDenied, .expectedMore: break
        }
    }

    init(_ name: Name, _ fields: KeyedDecodingContainer<FieldName>) throws {
        func text(_ field: String) throws -> String {
            try fields.decode(String.self, forKey: FieldName(field))
        }
        self =
            switch name {
            case .interfaceNotFound: .interfaceNotFound(try text("interface"))
            case .methodNotFound: .methodNotFound(try text("method"))
            case .methodNotImplemented: .methodNotImplemented(try text("method"))
            case .invalidParameter: .invalidParameter(try text("parameter"))
            case .permissionDenied: .permissionDenied
            case .expectedMore: .expectedMore
            }
    }
}
