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

    /// Reads what is there into the beginning of `buffer`, at most `buffer.count` bytes, which must
    /// not be 0.
    ///
    /// - Throws: ECONNRESET when the client went without reading everything.
    package func read(into buffer: inout [UInt8]) throws(SystemError) -> ReadResult {
        precondition(!buffer.isEmpty)
        let count = try systemCallUnlessBlocked(.receive) {
            buffer.withUnsafeMutableBytes { recv(descriptor.number, $0.baseAddress, $0.count, 0) }
        }
        return ReadResult(count)
    }

    /// Sends what the kernel takes at once of the bytes.
    ///
    /// - Returns: How many, 0 if epoll has to say when there is room.
    /// - Throws: EPIPE and ECONNRESET when the client has gone.
    package func send(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        guard !bytes.isEmpty else { return 0 }
        let count = try systemCallUnlessBlocked(.send) {
            bytes.withUnsafeBytes {
                Glibc.send(descriptor.number, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
        }
        return count ?? 0
    }
}
