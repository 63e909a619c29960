import DecredWire

/// A connection's bytes as frames: however the kernel splits them, the same steps come of them, and
/// no more is kept than is promised.
enum FramesCheck {
    static func run(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        let network = WireNetwork.allCases[input.choice(below: WireNetwork.allCases.count)]
        let mends = input.flag()
        let pieces = input.bytes(input.choice(below: 16)).map { 1 + Int($0) }
        var stream = input.remainder()
        // Nobody guesses a checksum.
        if mends { Frames.mend(&stream, on: network) }

        let whole = try read(stream, in: [max(stream.count, 1)], on: network)
        let split = try read(stream, in: pieces.isEmpty ? [1] : pieces, on: network)
        try promise(split == whole, "in \(pieces): \(split), but at once: \(whole)")
    }

    private struct Outcome: Equatable {
        var steps: [FrameReader.Step] = []
        var error: WireError?
        var isWithinFrame = false
    }

    /// All that comes of the bytes when they arrive in pieces of these lengths, again and again.
    private static func read(
        _ stream: [UInt8],
        in lengths: [Int],
        on network: WireNetwork
    ) throws(BrokenPromise) -> Outcome {
        var reader = FrameReader(network: network)
        var outcome = Outcome()
        var start = 0
        var turn = 0
        while start < stream.count {
            let length = lengths[turn % lengths.count]
            turn += 1
            // A copy of its own, so that reading beyond it is found.
            let piece = Array(stream[start..<min(start + length, stream.count)])
            start += piece.count
            var position = 0
            do throws(WireError) {
                while let step = try reader.next(in: piece.span.bytes, at: &position) {
                    outcome.steps.append(step)
                }
            } catch {
                outcome.error = error
                break
            }
            try promise(position == piece.count, "\(position) of \(piece.count) bytes taken")
            try promise(reader.keptCapacity <= FrameReader.mostKeptBytes, "keeps too much")
            try promise(reader.isWithinFrame || reader.keptCapacity == 0, "keeps between frames")
        }
        outcome.isWithinFrame = reader.isWithinFrame && outcome.error == nil
        return outcome
    }
}
