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
        if ip.isLinkLocal && ip.v4 == nil {
            return "\(self) is link-local: it means nothing without an interface"
        }
        return nil
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
