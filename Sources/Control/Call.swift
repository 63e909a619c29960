/// What a client can ask for.
package enum Call: Equatable, Sendable {
    case getInfo
    case getInterfaceDescription(Service.GetInterfaceDescription)

    case connect(Peers.Connect)
    case addPersistent(Peers.AddPersistent)
    case disconnect(Peers.Disconnect)
    case remove(Peers.Remove)
    case list(Peers.List)
    case status
    case totals
    case monitor(Peers.Monitor)
    case explain(Peers.Explain)
    case history(Peers.History)
    case ban(Peers.Ban)
    case unban(Peers.Unban)
    case listBans
    case addAddresses(Peers.AddAddresses)
    case setNetworkActive(Peers.SetNetworkActive)
    case reload
    case setLogLevel(Peers.SetLogLevel)
    case getConfiguration
    case compareConfiguration

    package var method: Method {
        switch self {
        case .getInfo: .getInfo
        case .getInterfaceDescription: .getInterfaceDescription
        case .connect: .connect
        case .addPersistent: .addPersistent
        case .disconnect: .disconnect
        case .remove: .remove
        case .list: .list
        case .status: .status
        case .totals: .totals
        case .monitor: .monitor
        case .explain: .explain
        case .history: .history
        case .ban: .ban
        case .unban: .unban
        case .listBans: .listBans
        case .addAddresses: .addAddresses
        case .setNetworkActive: .setNetworkActive
        case .reload: .reload
        case .setLogLevel: .setLogLevel
        case .getConfiguration: .getConfiguration
        case .compareConfiguration: .compareConfiguration
        }
    }

    /// See `Method.changes`.
    package var changes: Bool { method.changes }

    init(_ method: Method, reading parameters: inout ParameterReader) throws(Service.Failure) {
        switch method {
        case .getInfo: self = .getInfo
        case .getInterfaceDescription:
            self = .getInterfaceDescription(try .init(reading: &parameters))
        case .connect: self = .connect(try .init(reading: &parameters))
        case .addPersistent: self = .addPersistent(try .init(reading: &parameters))
        case .disconnect: self = .disconnect(try .init(reading: &parameters))
        case .remove: self = .remove(try .init(reading: &parameters))
        case .list: self = .list(try .init(reading: &parameters))
        case .status: self = .status
        case .totals: self = .totals
        case .monitor: self = .monitor(try .init(reading: &parameters))
        case .explain: self = .explain(try .init(reading: &parameters))
        case .history: self = .history(try .init(reading: &parameters))
        case .ban: self = .ban(try .init(reading: &parameters))
        case .unban: self = .unban(try .init(reading: &parameters))
        case .listBans: self = .listBans
        case .addAddresses: self = .addAddresses(try .init(reading: &parameters))
        case .setNetworkActive: self = .setNetworkActive(try .init(reading: &parameters))
        case .reload: self = .reload
        case .setLogLevel: self = .setLogLevel(try .init(reading: &parameters))
        case .getConfiguration: self = .getConfiguration
        case .compareConfiguration: self = .compareConfiguration
        }
    }
}
