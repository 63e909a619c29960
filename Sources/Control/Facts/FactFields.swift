import Addressing
import Facts
import PlainText
import Timing

/// Reads the fields of an object by their names, as the facts that stand in them.
struct FactFields {
    private let container: KeyedDecodingContainer<FieldName>

    init(_ container: KeyedDecodingContainer<FieldName>) {
        self.container = container
    }

    init(_ decoder: any Decoder) throws {
        self.init(try decoder.container(keyedBy: FieldName.self))
    }

    func has(_ name: String) -> Bool { container.contains(FieldName(name)) }

    func value<Value: Decodable>(_ name: String) throws -> Value {
        try container.decode(Value.self, forKey: FieldName(name))
    }

    func optional<Value: Decodable>(_ name: String) throws -> Value? {
        try container.decodeIfPresent(Value.self, forKey: FieldName(name))
    }

    func object(_ name: String) throws -> FactFields {
        FactFields(try container.nestedContainer(keyedBy: FieldName.self, forKey: FieldName(name)))
    }

    func id(_ name: String = "id") throws -> ConnectionID {
        guard let id = ConnectionID(number: try value(name)) else { throw unfit(name) }
        return id
    }

    func duration(_ name: String = "durationUSec") throws -> Duration {
        .microseconds(try value(name) as Int64)
    }

    func time(_ name: String) throws -> WallTime {
        WallTime(microseconds: try value(name))
    }

    func optionalTime(_ name: String) throws -> WallTime? {
        (try optional(name) as Int64?).map { WallTime(microseconds: $0) }
    }

    func address(_ name: String) throws -> PeerAddress {
        guard let address = PeerAddress(try value(name) as String) else { throw unfit(name) }
        return address
    }

    func target(_ name: String) throws -> PeerTarget {
        let text: String = try value(name)
        do throws(AddressError) {
            return try PeerTarget(parsing: text, defaultPort: nil)
        } catch {
            throw unfit(name)
        }
    }

    func prefix(_ name: String = "prefix") throws -> Prefix {
        let text: String = try value(name)
        do throws(AddressError) {
            return try Prefix(parsing: text)
        } catch {
            throw unfit(name)
        }
    }

    func ip(_ name: String) throws -> IPAddress {
        guard let ip = IPAddress(try value(name) as String) else { throw unfit(name) }
        return ip
    }

    func zone(_ name: String) throws -> Zone {
        let text: String = try value(name)
        do throws(Zone.Problem) {
            return try Zone(named: text)
        } catch {
            throw unfit(name)
        }
    }

    /// A cause that is one of a dial.
    func dialFailure(_ name: String) throws -> DialFailure {
        let cause = try object(name)
        let error: String = try cause.value("error")
        guard error.isWord, let failure = DialFailure.Name(pascalCase: error) else {
            throw unfit(name)
        }
        return try DialFailure(failure, cause.object("parameters"))
    }

    /// A cause that is the end of a connection.
    func ending(_ name: String) throws -> Ending {
        let cause = try object(name)
        let error: String = try cause.value("error")
        guard error.isWord, let ending = Ending.Name(pascalCase: error) else { throw unfit(name) }
        return try Ending(ending, cause.object("parameters"))
    }

    /// What was read of the field is nothing that the fact can have.
    func unfit(_ name: String) -> DecodingError {
        .dataCorrupted(
            .init(codingPath: container.codingPath, debugDescription: "'\(name)' doesn't fit")
        )
    }
}
