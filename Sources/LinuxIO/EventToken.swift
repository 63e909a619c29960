/// What the kernel hands back with an event: which slot it is for, and which of the sockets that
/// lay there.
///
/// A closed socket's slot goes to the next one, so an event of the same turn could be for either:
/// the generation says. Descriptor numbers won't do, since the kernel reuses them at once.
package struct EventToken: Hashable, BitwiseCopyable, Sendable {
    package let raw: UInt64

    /// For a socket in a slot. Traps on generation 0, which is for what lives as long as the loop.
    package init(slot: UInt32, generation: UInt32) {
        precondition(generation != 0, "generation 0 is for fixed sources")
        raw = UInt64(generation) << 32 | UInt64(slot)
    }

    /// For what lives as long as the loop: listeners, signals, helper threads.
    package init(fixed slot: UInt32) { raw = UInt64(slot) }

    init(raw: UInt64) { self.raw = raw }

    package var slot: UInt32 { UInt32(truncatingIfNeeded: raw) }
    package var generation: UInt32 { UInt32(truncatingIfNeeded: raw >> 32) }
    package var isFixed: Bool { generation == 0 }
}
