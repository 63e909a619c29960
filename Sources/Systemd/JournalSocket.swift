import CSystemd
import Glibc

/// The way into the journal, by datagrams of our own.
///
/// sd_journal_sendv(3) isn't used: it blocks while journald doesn't read, and claims success when
/// there is no journal at all.
package struct JournalSocket: ~Copyable, Sendable {
    package static let standardPath = "/run/systemd/journal/socket"

    /// What may wait to be read, and so the kernel's memory while journald is busy: twice this,
    /// which is `net.core.wmem_max` of a kernel as it comes. Some 300 entries;
    /// `net.unix.max_dgram_qlen`, which systemd sets to 512, limits their number too.
    private static let sendBuffer: CInt = 212_992

    private let socket: DatagramSocket

    /// Succeeds without a journal too: what is sent is lost then, until there is one.
    package init(path: String = JournalSocket.standardPath) throws(SystemdError) {
        socket = try DatagramSocket(to: UnixAddress(path: path))
        socket.setSendBuffer(bytes: Self.sendBuffer)
    }

    /// Sends an entry, which stays as it is. It never waits: what the journal can't take now is
    /// lost, and it is the caller who counts that.
    ///
    /// An entry that is too large for a datagram (416 KiB, what the send buffer holds) goes as
    /// a sealed memory file: six system calls instead of one, and a descriptor for as long as they
    /// take.
    ///
    /// - Returns: `lost` with EMSGSIZE for an entry beyond `JournalEntry.sizeLimit`.
    package func send(_ entry: borrowing JournalEntry) -> Delivery {
        precondition(entry.size > 0, "an entry without a field")
        guard entry.size <= JournalEntry.sizeLimit else { return .lost(code: EMSGSIZE) }
        return entry.withBytes { bytes in
            let delivery = socket.send(bytes)
            guard delivery == .lost(code: EMSGSIZE) else { return delivery }
            return sendFile(holding: bytes)
        }
    }

    private func sendFile(holding bytes: UnsafeRawBufferPointer) -> Delivery {
        let file = csystemd_sealed_file(bytes.baseAddress, bytes.count)
        guard file >= 0 else { return .lost(code: errno) }
        // The datagram in flight keeps the file for journald.
        defer { close(file) }
        return socket.send(descriptor: file)
    }
}
