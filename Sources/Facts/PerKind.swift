/// One number for each kind.
package struct PerKind: Equatable, BitwiseCopyable, Sendable {
    package var inbound: Int
    package var outbound: Int
    package var manual: Int
    package var feeler: Int

    @inlinable
    package init(inbound: Int = 0, outbound: Int = 0, manual: Int = 0, feeler: Int = 0) {
        self.inbound = inbound
        self.outbound = outbound
        self.manual = manual
        self.feeler = feeler
    }

    @inlinable
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
