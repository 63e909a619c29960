import PlainText

/// `org.varlink.service`: what every varlink service answers about itself.
package enum Service {
    package struct GetInfo: NoParameters {
        package static let method = Method.getInfo

        package init() {}

        package struct Reply: ReplyParameters {
            package var vendor: String
            package var product: String
            package var version: String
            package var url: String
            package var interfaces: [String]

            /// - Parameter version: The daemon's.
            package init(version: String) {
                vendor = "peerd"
                product = "peerd"
                self.version = version
                url = ""
                interfaces = Interface.allCases.map(\.rawValue)
            }

            package func write(to json: inout JSONWriter) {
                json.field("vendor", vendor)
                json.field("product", product)
                json.field("version", version)
                json.field("url", url)
                json.field("interfaces", interfaces)
            }
        }
    }

    package struct GetInterfaceDescription: MethodParameters {
        package static let method = Method.getInterfaceDescription

        package var interface: String

        package init(interface: String) {
            self.interface = interface
        }

        package init(reading parameters: inout ParameterReader) throws(Service.Failure) {
            interface = try parameters.text("interface")
        }

        package func write(to json: inout JSONWriter) {
            json.field("interface", interface)
        }

        /// The answer, which needs nothing of the daemon.
        package func reply() throws(Service.Failure) -> Reply {
            guard let known = Interface(word: interface) else {
                throw .interfaceNotFound(interface.echoed)
            }
            return Reply(description: known.text)
        }

        package struct Reply: ReplyParameters {
            package var description: String

            package init(description: String) {
                self.description = description
            }

            package func write(to json: inout JSONWriter) {
                json.field("description", description)
            }
        }
    }
}
