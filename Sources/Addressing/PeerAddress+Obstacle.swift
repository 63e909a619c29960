extension PeerAddress {
    /// Why the core dials no such address, as a sentence: the same in the configuration's errors
    /// and in the answers to operators. Nil for what can be dialled.
    package var obstacle: String? {
        guard let ip else {
            return "\(self) is an onion service, which can't be dialled without a proxy"
        }
        if ip.isUnspecified || ip.isMulticast || ip.isBroadcast {
            return "\(self) is not the address of one peer"
        }
        if let obstacle = ip.linkObstacle { return "\(self) \(obstacle)" }
        return nil
    }
}

extension IPAddress {
    /// What is said of an address that could be on any link.
    package var linkObstacle: String? {
        lacksZone
            ? "is link-local: it means nothing without an interface, as in fe80::1%eth0" : nil
    }
}

extension PeerTarget {
    /// As of `PeerAddress`; a name has none before it is resolved.
    package var obstacle: String? {
        switch self {
        case .address(let address): address.obstacle
        case .name: nil
        }
    }
}
