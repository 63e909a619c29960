import PlainText

/// Every method that the daemon has, by its full name.
package enum Method: String, CaseIterable, Sendable {
    case getInfo = "org.varlink.service.GetInfo"
    case getInterfaceDescription = "org.varlink.service.GetInterfaceDescription"

    case connect = "org.peerd.Peers.Connect"
    case addPersistent = "org.peerd.Peers.AddPersistent"
    case disconnect = "org.peerd.Peers.Disconnect"
    case remove = "org.peerd.Peers.Remove"
    case list = "org.peerd.Peers.List"
    case status = "org.peerd.Peers.Status"
    case totals = "org.peerd.Peers.Totals"
    case monitor = "org.peerd.Peers.Monitor"
    case explain = "org.peerd.Peers.Explain"
    case history = "org.peerd.Peers.History"
    case ban = "org.peerd.Peers.Ban"
    case unban = "org.peerd.Peers.Unban"
    case listBans = "org.peerd.Peers.ListBans"
    case addAddresses = "org.peerd.Peers.AddAddresses"
    case setNetworkActive = "org.peerd.Peers.SetNetworkActive"
    case reload = "org.peerd.Peers.Reload"
    case setLogLevel = "org.peerd.Peers.SetLogLevel"
    case getConfiguration = "org.peerd.Peers.GetConfiguration"
    case compareConfiguration = "org.peerd.Peers.CompareConfiguration"

    /// Whether it changes something, so that being able to open the socket isn't enough: only root,
    /// the service's own user and members of `control.write-group` may call it.
    package var changes: Bool {
        switch self {
        case .connect, .addPersistent, .disconnect, .remove, .ban, .unban, .addAddresses,
            .setNetworkActive, .reload, .setLogLevel:
            true
        case .getInfo, .getInterfaceDescription, .list, .status, .totals, .monitor, .explain,
            .history, .listBans, .getConfiguration, .compareConfiguration:
            false
        }
    }

    /// Whether it answers in several replies: `more` must be asked for.
    package var expectsMore: Bool {
        switch self {
        case .list, .monitor, .history, .listBans, .getConfiguration, .compareConfiguration:
            true
        case .getInfo, .getInterfaceDescription, .connect, .addPersistent, .disconnect, .remove,
            .status, .totals, .explain, .ban, .unban, .addAddresses, .setNetworkActive, .reload,
            .setLogLevel:
            false
        }
    }

    /// Finds a method by its full name; a wrong one is a wrong interface or a wrong method of it.
    init(named name: String) throws(Service.Failure) {
        if let method = Method(word: name) {
            self = method
            return
        }
        // By bytes: finding the characters of a hostile megabyte would take 30 ms.
        let dot = name.utf8.lastIndex(of: UInt8(ascii: "."))
        let interface = dot.map { String(name[..<$0]) } ?? name
        guard Interface(word: interface) != nil else {
            throw .interfaceNotFound(interface.echoed)
        }
        throw .methodNotFound(name.echoed)
    }
}

/// The interfaces that the daemon has.
package enum Interface: String, CaseIterable, Sendable {
    case service = "org.varlink.service"
    case peers = "org.peerd.Peers"

    /// The interface in varlink's own language.
    package var text: String {
        switch self {
        case .service: Service.interfaceText
        case .peers: Peers.interfaceText
        }
    }
}

extension String {
    /// A caller's own text, short enough to be repeated to it.
    var echoed: String { cut(to: Bounds.echoBytes) }

    /// The beginning in about so many bytes, with `…` for what is missing.
    func cut(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        // Cutting between bytes could cut a character in two, which decoding repairs.
        return String(decoding: utf8.prefix(limit - 3), as: UTF8.self) + "…"
    }
}
