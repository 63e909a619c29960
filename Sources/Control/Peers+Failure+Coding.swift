import PlainText

extension Peers.Failure {
    /// Appends the error reply as a whole message.
    package func encode(into bytes: inout [UInt8]) {
        JSONWriter.message(into: &bytes) { json in
            json.field("error", "\(Interface.peers.rawValue).\(name.rawValue)")
            json.object("parameters") { writeParameters(to: &$0) }
        }
    }

    fileprivate func writeParameters(to json: inout JSONWriter) {
        switch self {
        case .banned(let prefix, let until):
            json.field("prefix", ifSet: prefix)
            json.field("untilUnixUSec", ifSet: until)
        case .bannedLonger(let prefix, let until):
            json.field("prefix", prefix)
            json.field("untilUnixUSec", ifSet: until)
        case .flooded(let chance):
            json.field("chance", chance)
        case .alreadyPending(let id), .alreadyConnected(let id), .duplicatePersistent(let id),
            .notPersistent(let id):
            json.field("id", id)
        case .tooManyConnections(let limit), .tooManyPerHost(let limit),
            .tooManyPerListener(let limit), .tooManyWhitelisted(let limit),
            .tooManyPersistent(let limit),
            .tooManyPersistentPerHost(let limit), .tooManyBans(let limit),
            .tooManyAddresses(let limit):
            json.field("limit", limit)
        case .unsupportedAddress(let address, let reason):
            json.field("address", ifSet: address)
            json.field("reason", ifSet: reason)
        case .configurationRejected(let problems):
            json.field("problems", problems)
        case .timedOut(let after):
            json.field("afterUSec", after)
        case .bindAddressMissing(let address):
            json.field("address", address)
        case .interfaceMissing(let interface):
            json.field("interface", interface)
        case .noLocalPort(let setting, let first, let last):
            json.field("setting", setting)
            json.field("first", ifSet: first)
            json.field("last", ifSet: last)
        case .unresolved(let reason):
            json.field("reason", reason)
        case .cancelled(let canceller):
            json.field("by", canceller.rawValue)
        case .resourcesExhausted(let errno), .io(let errno):
            json.field("errno", errno)
        case .shuttingDown, .networkInactive, .rateLimited, .notFound, .refused, .unreachable,
            .noRoute, .noLocalAddress, .selfConnection, .closedByPeer, .peerVanished,
            .closedByOperator,
            .handshakeTimedOut, .malformed, .misbehaved, .unexpectedMessage, .obsoleteVersion,
            .lacksServices, .idle, .slow:
            break
        }
    }

    init(_ name: Name, _ fields: KeyedDecodingContainer<FieldName>) throws {
        func required<Value: Decodable>(_ field: String) throws -> Value {
            try fields.decode(Value.self, forKey: FieldName(field))
        }
        func optional<Value: Decodable>(_ field: String) throws -> Value? {
            try fields.decodeIfPresent(Value.self, forKey: FieldName(field))
        }
        self =
            switch name {
            case .shuttingDown: .shuttingDown
            case .networkInactive: .networkInactive
            case .banned:
                .banned(
                    prefix: try optional("prefix"),
                    untilUnixUSec: try optional("untilUnixUSec")
                )
            case .rateLimited: .rateLimited
            case .flooded: .flooded(chance: try required("chance"))
            case .alreadyPending: .alreadyPending(id: try required("id"))
            case .alreadyConnected: .alreadyConnected(id: try required("id"))
            case .duplicatePersistent: .duplicatePersistent(id: try required("id"))
            case .notPersistent: .notPersistent(id: try required("id"))
            case .notFound: .notFound
            case .tooManyConnections: .tooManyConnections(limit: try required("limit"))
            case .tooManyPerHost: .tooManyPerHost(limit: try required("limit"))
            case .tooManyPerListener: .tooManyPerListener(limit: try required("limit"))
            case .tooManyWhitelisted: .tooManyWhitelisted(limit: try required("limit"))
            case .tooManyPersistent: .tooManyPersistent(limit: try required("limit"))
            case .tooManyPersistentPerHost: .tooManyPersistentPerHost(limit: try required("limit"))
            case .tooManyBans: .tooManyBans(limit: try required("limit"))
            case .bannedLonger:
                .bannedLonger(
                    prefix: try required("prefix"),
                    untilUnixUSec: try optional("untilUnixUSec")
                )
            case .tooManyAddresses: .tooManyAddresses(limit: try required("limit"))
            case .unsupportedAddress:
                .unsupportedAddress(
                    address: try optional("address"),
                    reason: try optional("reason")
                )
            case .configurationRejected: .configurationRejected(problems: try required("problems"))
            case .timedOut: .timedOut(afterUSec: try required("afterUSec"))
            case .refused: .refused
            case .unreachable: .unreachable
            case .noRoute: .noRoute
            case .noLocalAddress: .noLocalAddress
            case .bindAddressMissing: .bindAddressMissing(address: try required("address"))
            case .interfaceMissing: .interfaceMissing(interface: try required("interface"))
            case .noLocalPort:
                .noLocalPort(
                    setting: try required("setting"),
                    first: try optional("first"),
                    last: try optional("last")
                )
            case .unresolved: .unresolved(reason: try required("reason"))
            case .selfConnection: .selfConnection
            case .cancelled: .cancelled(by: try required("by"))
            case .closedByPeer: .closedByPeer
            case .peerVanished: .peerVanished
            case .closedByOperator: .closedByOperator
            case .handshakeTimedOut: .handshakeTimedOut
            case .malformed: .malformed
            case .misbehaved: .misbehaved
            case .unexpectedMessage: .unexpectedMessage
            case .obsoleteVersion: .obsoleteVersion
            case .lacksServices: .lacksServices
            case .idle: .idle
            case .slow: .slow
            case .resourcesExhausted: .resourcesExhausted(errno: try required("errno"))
            case .io: .io(errno: try required("errno"))
            }
    }
}

/// As a `Cause` of the interface: the error's name and its parameters.
extension Peers.Failure: WireObject {
    package func write(to json: inout JSONWriter) {
        json.field("error", name.rawValue)
        json.object("parameters") { writeParameters(to: &$0) }
    }

    package init(from decoder: any Decoder) throws {
        let cause = try decoder.container(keyedBy: FieldName.self)
        let text = try cause.decode(String.self, forKey: FieldName("error"))
        guard let name = Name(word: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no error '\(text)'")
            )
        }
        let parameters = FieldName("parameters")
        try self.init(name, cause.nestedContainer(keyedBy: FieldName.self, forKey: parameters))
    }
}
