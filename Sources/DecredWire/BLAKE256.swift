/// BLAKE-256: the finalist of the SHA-3 competition with 14 rounds, without salt. It is neither
/// BLAKE2 nor BLAKE3.
///
/// A message of any length can come in pieces, or be hashed where it lies by `digest(of:)`. No
/// heap, 112 bytes. Source: Aumasson, Henzen, Meier, Phan, "SHA-3 proposal BLAKE", version 1.3,
/// 2010.
package struct BLAKE256: Sendable {
    /// Bytes that one compression takes in.
    static let blockBytes = 64

    private var chain = BLAKE256Chain()
    /// Bits of the message in the blocks that the chain has taken in.
    private var bits: UInt64 = 0
    /// What was given since the last whole block.
    private var tail = InlineArray<64, UInt8>(repeating: 0)
    private var tailBytes = 0

    package init() {}

    /// The digest of a message that is all there.
    package static func digest(of message: RawSpan) -> Digest {
        var hash = BLAKE256()
        hash.update(message)
        return hash.finalized()
    }

    /// Takes in the next piece of the message.
    package mutating func update(_ piece: RawSpan) {
        var position = 0
        if tailBytes > 0 {
            position = min(Self.blockBytes - tailBytes, piece.byteCount)
            append(piece, in: 0..<position)
            guard tailBytes == Self.blockBytes else { return }
            compressTail(counting: Self.blockBytes)
        }
        while piece.byteCount - position >= Self.blockBytes {
            bits &+= UInt64(Self.blockBytes) * 8
            chain.compress(piece, at: position, counter: bits)
            position += Self.blockBytes
        }
        append(piece, in: position..<piece.byteCount)
    }

    /// The digest of all pieces so far; more may follow.
    package func finalized() -> Digest {
        var hash = self
        hash.pad()
        return Digest(hash.chain)
    }

    /// The padding: a 1, zeros, a 1 in the last bit before the message's length in 64 bits.
    private mutating func pad() {
        let lengthOffset = Self.blockBytes - 8
        let messageBits = bits &+ UInt64(tailBytes) * 8
        var counted = tailBytes
        let padStart = tailBytes
        for index in padStart..<Self.blockBytes { tail[index] = 0 }
        tail[padStart] = 0x80
        if padStart >= lengthOffset {
            compressTail(counting: counted)
            // The last block has no bit of the message, for which the counter is zero.
            counted = 0
            bits = 0
            tail = InlineArray(repeating: 0)
        } else if padStart == 0 {
            bits = 0
        }
        tail[lengthOffset - 1] |= 0x01
        for index in 0..<8 {
            tail[lengthOffset + index] = UInt8(truncatingIfNeeded: messageBits >> (56 - 8 * index))
        }
        compressTail(counting: counted)
    }

    /// Keeps what fills no block. There is room for it: at most 63 bytes, or what completes a
    /// block.
    private mutating func append(_ piece: RawSpan, in range: Range<Int>) {
        for offset in range {
            tail[tailBytes] = piece.littleEndian(UInt8.self, at: offset)
            tailBytes += 1
        }
    }

    /// Takes the tail, which is a whole block now, into the chain. Of its bytes so many are the
    /// message's; the others are padding.
    private mutating func compressTail(counting messageBytes: Int) {
        bits &+= UInt64(messageBytes) * 8
        unsafe chain.compress(tail.span.bytes, at: 0, counter: bits)
        tailBytes = 0
    }
}

extension BLAKE256 {
    /// 32 bytes.
    package struct Digest: Hashable, BitwiseCopyable, Sendable {
        /// The words of the digest, whose bytes are theirs with the uppermost first.
        private let words: SIMD8<UInt32>

        fileprivate init(_ chain: BLAKE256Chain) {
            words = SIMD8(
                chain.h0,
                chain.h1,
                chain.h2,
                chain.h3,
                chain.h4,
                chain.h5,
                chain.h6,
                chain.h7
            )
        }

        /// The digest as it is usually printed, first byte first.
        package var bytes: [UInt8] {
            (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 4] >> (24 - 8 * ($0 % 4))) }
        }

        /// The first four bytes as a little-endian number: the checksum of a frame.
        package var checksum: UInt32 { words[0].byteSwapped }
    }
}
