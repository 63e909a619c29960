import DecredWire
import Testing
import Timing

@Suite("Frames over a connection")
struct FrameReaderTests {
    @Test("are the same in any pieces", arguments: 0..<200 as Range<UInt64>)
    func anySplit(seed: UInt64) throws {
        var messages = RandomMessages(seed: seed)
        var bytes: [UInt8] = []
        var expected: [FrameReader.Step] = []
        for _ in 0..<8 {
            if messages.random.number(below: 3) == 0 {
                let payload = [UInt8](repeating: 7, count: messages.random.number(below: 300))
                bytes += Frames.frame("inv", payload, checksum: 1)
                expected += [.skipping(try command("inv"), payloadBytes: payload.count), .skipped]
            } else {
                let message = messages.next()
                bytes += Frames.encoded(message)
                expected.append(.message(message))
            }
        }
        var pieces: [Int] = []
        var left = bytes.count
        let most = [3, 40, 2_000][messages.random.number(below: 3)]
        while left > 0 {
            pieces.append(min(left, messages.random.number(below: most + 1)))
            left -= pieces.last ?? 0
        }
        var reader = FrameReader(network: .mainnet)
        #expect(
            try Frames.steps(bytes, pieces: pieces, reader: &reader) == expected,
            "seed \(seed)"
        )
        #expect(!reader.isWithinFrame)
        #expect(reader.keptCapacity == 0)
    }

    @Test("a message is there with its last byte, and not before")
    func lastByte() throws {
        let frame = Frames.encoded(.ping(nonce: 9))
        for split in 0...frame.count {
            var reader = FrameReader(network: .mainnet)
            let first = try Frames.steps(frame, pieces: [split], reader: &reader)
            #expect(first == (split < frame.count ? [] : [.message(.ping(nonce: 9))]))
            #expect(reader.isWithinFrame == (1..<frame.count).contains(split))
            let rest = Array(frame[split...])
            let second = try Frames.steps(rest, pieces: [rest.count], reader: &reader)
            #expect(second == (split < frame.count ? [.message(.ping(nonce: 9))] : []))
        }
    }

    @Test("nothing is kept of a frame that is whole in what was read")
    func wholeFrames() throws {
        let bytes = Array(repeatElement(Frames.encoded(.ping(nonce: 1)), count: 3).joined())
        var reader = FrameReader(network: .mainnet)
        var position = 0
        for _ in 0..<3 {
            #expect(
                try reader.next(in: bytes.span.bytes, at: &position) == .message(.ping(nonce: 1))
            )
            #expect(reader.keptCapacity == 0)
        }
        #expect(try reader.next(in: bytes.span.bytes, at: &position) == nil)
        #expect(position == bytes.count)
    }

    @Test("a reader that waits for a peer is 16 bytes")
    func size() {
        #expect(MemoryLayout<FrameReader>.stride <= 16)
    }

    @Test("a command of another is read past, with its name and without a look at its checksum")
    func skipped() throws {
        let steps = try Frames.steps(
            Frames.frame("mixpairreq", [1, 2, 3], checksum: 0) + Frames.encoded(.verack)
                + Frames.frame("mempool")
        )
        #expect(
            steps == [
                .skipping(try command("mixpairreq"), payloadBytes: 3), .skipped, .message(.verack),
                .skipping(try command("mempool"), payloadBytes: 0), .skipped,
            ]
        )
    }

    @Test("a block of 32 MiB is read past without being kept")
    func longestSkipped() throws {
        let most = 32 << 20
        var reader = FrameReader(network: .mainnet)
        let header = Frames.frame("block", length: UInt32(most))
        #expect(
            try Frames.steps(header, pieces: [24], reader: &reader)
                == [.skipping(try command("block"), payloadBytes: most)]
        )
        #expect(reader.isWithinFrame)
        let piece = [UInt8](repeating: 0xaa, count: 1 << 20)
        for count in 1...32 {
            let steps = try Frames.steps(piece, pieces: [piece.count], reader: &reader)
            #expect(steps == (count == 32 ? [.skipped] : []))
            #expect(reader.keptCapacity == 0)
        }
        let ping = Frames.encoded(.ping(nonce: 2))
        #expect(
            try Frames.steps(ping, pieces: [ping.count], reader: &reader)
                == [.message(.ping(nonce: 2))]
        )
    }

    @Test("what isn't expected is known by its header, in any pieces and whatever follows")
    func unexpected() throws {
        let addr = Frames.frame("addr", [1, 2, 3], checksum: 0)
        for bytes in [Array(addr[..<24]), addr] {
            for split in 0...24 {
                var reader = FrameReader(network: .mainnet)
                var steps: [FrameReader.Step] = []
                for piece in [Array(bytes[..<split]), Array(bytes[split...])] where steps.isEmpty {
                    var position = 0
                    if let step = try reader.next(
                        in: piece.span.bytes,
                        at: &position,
                        expecting: .version
                    ) {
                        steps.append(step)
                    }
                }
                #expect(steps == [.unexpected(MessageKind.addr.command)], "split at \(split)")
                #expect(reader.keptCapacity == 0)
            }
        }
        let version = Message.version(.example())
        var reader = FrameReader(network: .mainnet)
        var position = 0
        let frame = Frames.encoded(version)
        let step = try reader.next(in: frame.span.bytes, at: &position, expecting: .version)
        #expect(step == .message(version))
    }

    @Test("what was only announced takes no room")
    func announced() throws {
        var reader = FrameReader(network: .mainnet)
        let header = Frames.frame("addrv2", length: 51_003)
        #expect(try Frames.steps(header, pieces: [24], reader: &reader) == [])
        // Twice what has come, and what the allocator rounds up to.
        #expect(reader.keptCapacity <= 2 * 24 + 16)
        #expect(try Frames.steps([1], pieces: [1], reader: &reader) == [])
        #expect(reader.keptCapacity <= 2 * 25 + 16)
        let more = [UInt8](repeating: 0, count: 1_000)
        #expect(try Frames.steps(more, pieces: [1_000], reader: &reader) == [])
        #expect(reader.keptCapacity <= 2 * 1_025 + 16)
    }

    @Test("the longest message takes no more room than it needs, and gives it back")
    func longestKept() throws {
        var messages = RandomMessages(seed: 1)
        var addresses: [AdvertisedAddress] = []
        while addresses.count < AdvertisedAddress.mostInMessage {
            guard case .addrv2(let more) = messages.next(.addrv2) else { continue }
            addresses += more.filter { !$0.fitsOldMessage }
        }
        let message = Message.addrv2(Array(addresses[..<AdvertisedAddress.mostInMessage]))
        let frame = Frames.encoded(message)
        #expect(frame.count == FrameReader.mostKeptBytes)

        var reader = FrameReader(network: .mainnet)
        for start in stride(from: 0, to: frame.count - 1, by: 1_000) {
            let piece = Array(frame[start..<min(start + 1_000, frame.count - 1)])
            #expect(try Frames.steps(piece, pieces: [piece.count], reader: &reader) == [])
            #expect(reader.keptCapacity <= FrameReader.mostKeptBytes + 64)
        }
        let last = Array(frame.suffix(1))
        #expect(try Frames.steps(last, pieces: [1], reader: &reader) == [.message(message)])
        #expect(reader.keptCapacity == 0)
    }

    /// A command's value has no maker but the reader.
    private func command(_ name: String) throws -> Command {
        guard case .skipping(let command, _) = try Frames.steps(Frames.frame(name)).first else {
            throw NotSkipped(name: name)
        }
        #expect("\(command)" == name)
        return command
    }

    private struct NotSkipped: Error {
        var name: String
    }
}
