/// Names a connection for its whole life: 40 bits of number, which people see and which is never
/// used again while the process lives, and 24 bits of slot, where the table keeps it.
///
/// A persistent connection keeps its id over all its reconnects. Ids are ordered by number, so the
/// older connection comes first.
package struct ConnectionID: Hashable, BitwiseCopyable, Sendable {
    /// 16.7 million entries at once, far above what descriptors allow.
    static let slotBits: UInt64 = 24
    static let slotLimit = 1 << slotBits
    /// At 100,000 connections a second the numbers last for 127 days, then the table traps.
    static let numberLimit: UInt64 = 1 << 40

    let raw: UInt64

    init(number: UInt64, slot: Int) {
        precondition(number < Self.numberLimit && slot < Self.slotLimit)
        raw = number << Self.slotBits | UInt64(slot)
    }

    /// From what another connection's `raw` was.
    init(raw: UInt64) {
        self.raw = raw
    }

    /// From 1 up, in the order in which connections came to be.
    package var number: UInt64 { raw >> Self.slotBits }

    /// The place of the connection in the table. The shell keeps the socket in the same place.
    package var slot: Int { Int(raw & UInt64(Self.slotLimit - 1)) }
}

extension ConnectionID: Comparable {
    package static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.raw < right.raw }
}

extension ConnectionID: CustomStringConvertible {
    package var description: String { String(number) }
}
