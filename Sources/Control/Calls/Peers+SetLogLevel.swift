extension Peers {
    /// How much is logged, until the daemon ends or reloads.
    package struct SetLogLevel: MethodParameters {
        package static let method = Method.setLogLevel

        package var level: LogLevel

        package init(level: LogLevel) {
            self.level = level
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            level = try parameters.required("level")
        }

        package func write(to json: inout JSONWriter) {
            json.field("level", level.rawValue)
        }

        package typealias Reply = Done
    }

    /// From the most to the least urgent; a level includes those before it.
    package enum LogLevel: String, WireWord {
        case error
        case warning
        case info
        case debug
    }
}
