import Glibc

/// A descriptor that is kept for nothing but to be given up.
///
/// When a process has no descriptor left, it can't accept a connection, not even to close it: the
/// peer waits in the kernel's queue, and the listener stays ready for ever. Giving this one up
/// makes room for one connection, which is shed, whereupon the reserve is taken again.
package struct ReserveDescriptor: ~Copyable, Sendable {
    /// What came of giving it up.
    package enum Outcome: Equatable, Sendable {
        /// One connection was shed, and the reserve is back or will be taken next time.
        case shed(SocketAddress)
        /// Nobody waited: EMFILE is said before the queue is looked at.
        case nothingWaiting
        /// The freed number went elsewhere, to a helper thread or, machine-wide, to another
        /// process: leave the listener alone for a while.
        case failed
    }

    private var descriptor: FileDescriptor?

    /// - Throws: EMFILE and its like: take it early.
    package init() throws(SystemError) {
        descriptor = try Self.open()
    }

    /// Accepts one connection with the reserve's number and sheds it. For
    /// `AcceptFailure.outOfDescriptors`.
    package mutating func shedOne(from listener: inout Listener) -> Outcome {
        // Still missing from last time: then there is nothing to give up unless a descriptor came
        // free.
        if descriptor == nil { retake() }
        guard descriptor != nil else { return .failed }
        descriptor = nil
        let outcome = Self.acceptAndDrop(&listener)
        retake()
        return outcome
    }

    private mutating func retake() {
        descriptor = try? Self.open()
    }

    private static func acceptAndDrop(_ listener: inout Listener) -> Outcome {
        do throws(AcceptFailure) {
            // Dropping it hangs up, by the linger option that it inherited.
            guard let accepted = try listener.accept() else { return .nothingWaiting }
            return .shed(accepted.remote)
        } catch {
            return .failed
        }
    }

    private static func open() throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            owning: try systemCall(.open) { Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) }
        )
    }
}
