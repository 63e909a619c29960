import Glibc

/// Whether what is written to standard error ends in the journal.
///
/// Then entries go to the journal themselves, with their fields. Asking whether there is a journal
/// isn't enough: started from a terminal of the same machine, the daemon must write to that.
package enum JournalStream {
    /// Whether JOURNAL_STREAM names our standard error. A service whose output was redirected still
    /// has the variable, and so does a child with another output.
    package static func carriesStandardError() -> Bool {
        guard let text = getenv("JOURNAL_STREAM") else { return false }
        return names(String(cString: text), descriptor: STDERR_FILENO)
    }

    /// Whether `text`, device and inode in decimal with a colon between, is an open file's.
    package static func names(_ text: String, descriptor: CInt) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(Substring(parts[0])),
            let inode = UInt64(Substring(parts[1]))
        else { return false }
        var file = stat()
        guard fstat(descriptor, &file) == 0 else { return false }
        return file.st_dev == device && file.st_ino == inode
    }
}
