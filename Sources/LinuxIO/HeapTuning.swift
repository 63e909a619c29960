import CLinux

/// How the C library's heap treats large blocks.
package enum HeapTuning {
    /// Blocks from this size on are mapped by themselves, so that freeing one gives it back. A
    /// table that grows leaves the holes of its smaller sizes behind: with 128 KiB some 10 bytes
    /// for each of 19,000 connections more.
    package static let mappedFrom: CInt = 32 * 1024

    /// Keeps glibc from raising that size to that of each large block which is freed. It would do
    /// so for each table that grows: its next block would come from the heap and leave a hole
    /// there, and of 19,000 connections a quarter of the memory would be holes.
    package static func giveBackLargeBlocks() {
        // 0 means that it wasn't understood, which costs memory and nothing else.
        _ = mallopt(M_MMAP_THRESHOLD, mappedFrom)
    }
}
