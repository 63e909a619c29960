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
