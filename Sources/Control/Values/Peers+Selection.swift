extension Peers {
    /// Which connections a command is about.
    package enum Selection: Equatable, Sendable {
        case id(UInt64)
        /// Without a port: every connection of exactly this address.
        case address(String)
    }
}

extension Peers.Selection {
    /// Exactly one of the two parameters must be there.
    init(reading parameters: inout ParameterReader) throws(Service.Failure) {
        let id = try parameters.optionalInteger("id", in: 1...UInt64(Int64.max))
        let address = try parameters.optionalText("address")
        switch (id, address) {
        case (let id?, nil): self = .id(id)
        case (nil, let address?): self = .address(address)
        case (nil, nil): throw .invalidParameter("id")
        case (_?, _?): throw .invalidParameter("address")
        }
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .id(let id): json.field("id", id)
        case .address(let address): json.field("address", address)
        }
    }
}
