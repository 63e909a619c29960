/// Names a connection for its whole life: 40 bits of number, which people see and which is never
/// used again while the process lives, and 24 bits of slot, where the table keeps it.
///
/// A persistent connection keeps its id over all its reconnects. Ids are ordered by number, so the
/// older connection comes first.
package struct ConnectionID: Hashable, BitwiseCopyable, Sendable {
    /// 16.7 million entries at once, far above what descriptors allow.
    @usableFromInline static let slotBits: UInt64 = 24
    package static let slotLimit = 1 << slotBits
    /// At 100,000 connections a second the numbers last for 127 days, then the table traps.
    package static let numberLimit: UInt64 = 1 << 40

    /// Number and slot in one, as `init(raw:)` takes them.
    package let raw: UInt64

    @inlinable
    package init(number: UInt64, slot: Int) {
        precondition(number < Self.numberLimit && slot < Self.slotLimit)
        raw = number << Self.slotBits | UInt64(slot)
    }

    /// From what another connection's `raw` was.
    @inlinable
    package init(raw: UInt64) {
        self.raw = raw
    }

    /// As people and programs name it, who don't know its slot: 0 stands there. Nil for a number
    /// that no connection has.
    package init?(number: UInt64) {
        guard (1..<Self.numberLimit).contains(number) else { return nil }
        self.init(number: number, slot: 0)
    }

    /// From 1 up, in the order in which connections came to be.
    @inlinable
    package var number: UInt64 { raw >> Self.slotBits }

    /// The place of the connection in the table. The shell keeps the socket in the same place.
    @inlinable
    package var slot: Int { Int(raw & UInt64(Self.slotLimit - 1)) }
}

extension ConnectionID: Comparable {
    @inlinable
    package static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.raw < right.raw }
}

extension ConnectionID: CustomStringConvertible {
    package var description: String { String(number) }
}
