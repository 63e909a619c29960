/// The name of a message in a frame's header: 1 to 12 printable ASCII characters, inline.
package struct Command: Hashable, BitwiseCopyable, Sendable {
    /// The header's bytes, the first uppermost, zeros behind the name.
    package let first8: UInt64
    package let last4: UInt32

    /// Only of bytes that were checked, or of a name that is known to be right.
    @inlinable
    package init(first8: UInt64, last4: UInt32) {
        self.first8 = first8
        self.last4 = last4
    }
}

extension Command {
    /// What a node that is up to date asks each peer for, once. Its payload, what it wants, is read
    /// past: the answer is the same.
    static let getinitstate = Command(first8: 0x6765_7469_6e69_7473, last4: 0x7461_7465)
    static let initstate = Command(first8: 0x696e_6974_7374_6174, last4: 0x6500_0000)
}

extension Command: CustomStringConvertible {
    /// The name without the zeros behind it.
    package var description: String {
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: first8 >> (56 - 8 * $0)) }
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: last4 >> (24 - 8 * $0)) }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
