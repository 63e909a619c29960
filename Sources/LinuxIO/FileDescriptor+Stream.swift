import Glibc

/// What connected sockets do that never make the caller wait.
extension FileDescriptor {
    /// Reads what is there into the beginning of `buffer`. Traps if that is empty, since the answer
    /// could not be told from the end.
    func receive(into buffer: inout [UInt8]) throws(SystemError) -> ReadResult {
        precondition(!buffer.isEmpty)
        let count = try systemCallUnlessBlocked(.receive) {
            buffer.withUnsafeMutableBytes { recv(number, $0.baseAddress, $0.count, 0) }
        }
        return ReadResult(count)
    }

    /// Sends what the kernel takes at once of the bytes.
    ///
    /// - Returns: How many, 0 if epoll has to say when there is room.
    func send(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        guard !bytes.isEmpty else { return 0 }
        let count = try systemCallUnlessBlocked(.send) {
            bytes.withUnsafeBytes {
                Glibc.send(number, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
        }
        return count ?? 0
    }
}
