package import Addressing

/// The connection that a report is about, as it was then.
package struct Subject: Equatable, Sendable {
    package let id: ConnectionID
    package let kind: Kind
    package let isPersistent: Bool
    /// What the operator or the dialler named.
    package let target: PeerTarget
    /// Nil while a name has no address.
    package let address: PeerAddress?

    @inlinable
    package init(
        id: ConnectionID,
        kind: Kind,
        isPersistent: Bool,
        target: PeerTarget,
        address: PeerAddress?
    ) {
        self.id = id
        self.kind = kind
        self.isPersistent = isPersistent
        self.target = target
        self.address = address
    }

    package var shownKind: ShownKind { ShownKind(kind, isPersistent: isPersistent) }

    /// The address, behind the name if the peer was given by one.
    package var peer: String {
        switch target {
        case .address(let address): "\(address)"
        case .name(let name): address.map { "\(name) at \($0)" } ?? "\(name)"
        }
    }
}
