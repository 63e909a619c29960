import CLinux

/// A new pipe, both of whose ends block.
struct Pipe: ~Copyable {
    /// Where bytes come out.
    let output: FileDescriptor
    /// Where bytes go in.
    let input: FileDescriptor

    init() throws(SystemError) {
        var ends: (CInt, CInt) = (-1, -1)
        try systemCall(.pipe) {
            withUnsafeMutableBytes(of: &ends) {
                clinux_pipe2($0.assumingMemoryBound(to: CInt.self).baseAddress)
            }
        }
        output = FileDescriptor(owning: ends.0)
        input = FileDescriptor(owning: ends.1)
    }
}
