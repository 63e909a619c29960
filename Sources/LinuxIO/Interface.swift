import Glibc

/// The machine's network interfaces, by name and by the kernel's index, which one that is removed
/// and made again has anew.
package enum Interface {
    /// Nil if none has the name.
    ///
    /// - Throws: EMFILE and its like, which leave it open.
    package static func index(of name: String) throws(SystemError) -> UInt32? {
        let index = if_nametoindex(name)
        guard index == 0 else { return index }
        let code = errno
        guard code == ENODEV || code == ENXIO else { throw SystemError(.ioctl, code) }
        return nil
    }

    /// Nil if there is none, and where there is no descriptor to ask by.
    package static func name(of index: UInt32) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IF_NAMESIZE)) { room in
            guard let start = room.baseAddress, let name = if_indextoname(index, start) else {
                return nil
            }
            return String(validatingCString: name)
        }
    }
}
