/// Why a connection exists.
package enum Kind: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    /// A peer came to us.
    case inbound
    /// We chose the address, to hold the outbound target.
    case outbound
    /// An operator or the configuration named the address.
    case manual
    /// A short outbound connection that only proves that an address works.
    case feeler
}

/// Why a connection exists, as it is shown, typed and counted: what is redialled for ever has a
/// name of its own, and is manual for the rules.
package enum ShownKind: String, FactName {
    case inbound, outbound, manual, persistent, feeler

    package init(_ kind: Kind, isPersistent: Bool) {
        self =
            switch kind {
            case .inbound: .inbound
            case .outbound: .outbound
            case .manual: isPersistent ? .persistent : .manual
            case .feeler: .feeler
            }
    }

    /// What it is for the rules.
    package var kind: Kind {
        switch self {
        case .inbound: .inbound
        case .outbound: .outbound
        case .manual, .persistent: .manual
        case .feeler: .feeler
        }
    }
}
