/// Why a connection exists. Code switches over it without a default, so that a new kind is a
/// compile error wherever it matters.
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

extension Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inbound: "inbound"
        case .outbound: "outbound"
        case .manual: "manual"
        case .feeler: "feeler"
        }
    }
}

/// One number for each kind.
package struct PerKind: Equatable, BitwiseCopyable, Sendable {
    package var inbound = 0
    package var outbound = 0
    package var manual = 0
    package var feeler = 0

    package init(inbound: Int = 0, outbound: Int = 0, manual: Int = 0, feeler: Int = 0) {
        self.inbound = inbound
        self.outbound = outbound
        self.manual = manual
        self.feeler = feeler
    }

    package subscript(kind: Kind) -> Int {
        get {
            switch kind {
            case .inbound: inbound
            case .outbound: outbound
            case .manual: manual
            case .feeler: feeler
            }
        }
        set {
            switch kind {
            case .inbound: inbound = newValue
            case .outbound: outbound = newValue
            case .manual: manual = newValue
            case .feeler: feeler = newValue
            }
        }
    }
}
