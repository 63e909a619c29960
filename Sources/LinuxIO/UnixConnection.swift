import Glibc

/// A client of a `UnixListener`, which never makes the caller wait. Dropping it hangs up.
package struct UnixConnection: ~Copyable, Sendable {
    package let descriptor: FileDescriptor
    /// Who it is.
    package let credentials: PeerCredentials

    init(accepted descriptor: consuming FileDescriptor) throws(SystemError) {
        credentials = try PeerCredentials(of: descriptor)
        self.descriptor = descriptor
    }

    /// Whether the client has closed its end, so that it can't be answered any more.
    package var hasHungUp: Bool {
        // Without events of its own it reports only that, and errors.
        var watched = pollfd(fd: descriptor.number, events: 0, revents: 0)
        let found = try? systemCall(.poll) { poll(&watched, 1, 0) }
        return found == 1
    }

    /// Reads what is there into the beginning of `buffer`, at most `buffer.count` bytes, which must
    /// not be 0.
    ///
    /// - Throws: ECONNRESET when the client went without reading everything.
    package func read(into buffer: inout [UInt8]) throws(SystemError) -> ReadResult {
        try descriptor.receive(into: &buffer)
    }

    /// Sends what the kernel takes at once of the bytes.
    ///
    /// - Returns: How many, 0 if epoll has to say when there is room.
    /// - Throws: EPIPE and ECONNRESET when the client has gone.
    package func send(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        try descriptor.send(bytes)
    }
}
