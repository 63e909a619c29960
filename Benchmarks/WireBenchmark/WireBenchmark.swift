import Addressing
import DecredWire
import Glibc

/// What reading peers costs without kernel or session. With the arguments BYTES ROUNDS it hashes as
/// Benchmarks/C/blake256.c does, and prints the same; without any it prints a table of frames.
@main
struct WireBenchmark {
    static let network = WireNetwork.mainnet
    /// As much as the daemon reads of one peer at once.
    static let readBytes = 64 << 10
    static let rounds = 5
    static let nanosecondsPerRound = 200_000_000

    static func main() {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        if arguments.count == 2 {
            hash(bytes: arguments[0], times: arguments[1])
        } else {
            printFrames()
        }
    }

    private static func hash(bytes: Int, times: Int) {
        var message = (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }
        var word: UInt32 = 0
        let before = cpuTime()
        for _ in 0..<times {
            word = unsafe BLAKE256.digest(of: message.span.bytes).checksum.byteSwapped
            // Nothing is taken out of the loop.
            message[0] ^= UInt8(truncatingIfNeeded: word)
        }
        let microseconds = Double(cpuTime() - before) / 1_000
        let tenths = Int((Double(bytes * times) / microseconds * 10).rounded())
        let digits = String(word, radix: 16)
        let zeros = String(repeating: "0", count: 8 - digits.count)
        print("\(tenths / 10).\(tenths % 10) \(zeros)\(digits)")
    }

    private static func printFrames() {
        print("| frames alone | frames/s | ns each | MB/s |")
        print("|---|--:|--:|--:|")
        let onion = OnionKey(a: 1, b: 2, c: 3, d: 4)
        let entry = AdvertisedAddress(
            address: PeerAddress(host: .onion(onion), port: 9_108),
            services: 1,
            lastSeenSeconds: 1_790_000_000
        )
        let inventory = Array(repeating: UInt8(0), count: 37)
        printRow("an inv of 37 bytes, skipped", frames(unread("inv", inventory)))
        printRow("a ping, parsed", frames(encoded(.ping(nonce: 7))))
        printRow("an addrv2 of one address", frames(encoded(.addrv2([entry]))))
        printRow(
            "an addrv2 of 1,000 addresses",
            frames(encoded(.addrv2(Array(repeating: entry, count: 1_000))))
        )
        printRow("pings in pieces of 20 bytes", frames(encoded(.ping(nonce: 7))), pieces: 20)
    }

    private static func encoded(_ message: Message) -> [UInt8] {
        var bytes: [UInt8] = []
        message.append(to: &bytes, on: network)
        return bytes
    }

    /// A frame of a command that isn't read, for which any checksum does.
    private static func unread(_ command: String, _ payload: [UInt8]) -> [UInt8] {
        let numbers = [network.magic, UInt32(payload.count)].map { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let padded = Array(command.utf8) + Array(repeating: 0, count: 12 - command.utf8.count)
        return numbers[0] + padded + numbers[1] + [0, 0, 0, 0] + payload
    }

    /// The frame, and how many of it make about as much as is read at once.
    private static func frames(_ frame: [UInt8]) -> (bytes: [UInt8], count: Int) {
        let count = max(1, readBytes / frame.count)
        return (Array(repeatElement(frame, count: count).joined()), count)
    }

    private static func printRow(
        _ name: String,
        _ stream: (bytes: [UInt8], count: Int),
        pieces: Int = readBytes
    ) {
        let costs = (0..<rounds).map { _ in nanoseconds(of: stream, pieces: pieces) }
        let each = costs.sorted()[rounds / 2]
        let megabytes = Double(stream.bytes.count / stream.count) / each * 1_000
        let perSecond = grouped(Int(1e9 / each))
        print("| \(name) | \(perSecond) | \(grouped(Int(each.rounded()))) | \(Int(megabytes)) |")
    }

    private static func nanoseconds(of stream: (bytes: [UInt8], count: Int), pieces: Int) -> Double
    {
        var reader = FrameReader(network: network)
        let before = cpuTime()
        var frames = 0
        var spent = 0
        repeat {
            for start in stride(from: 0, to: stream.bytes.count, by: pieces) {
                let end = min(start + pieces, stream.bytes.count)
                frames += read(unsafe stream.bytes.span.bytes.extracting(start..<end), by: &reader)
            }
            spent = cpuTime() - before
        } while spent < nanosecondsPerRound
        return Double(spent) / Double(frames)
    }

    /// Returns the frames that became whole.
    private static func read(_ bytes: RawSpan, by reader: inout FrameReader) -> Int {
        var position = 0
        var whole = 0
        do throws(WireError) {
            while let step = try reader.next(in: bytes, at: &position) {
                switch step {
                case .message, .skipped: whole += 1
                case .skipping, .unexpected: break
                }
            }
        } catch {
            fatalError("\(error)")
        }
        return whole
    }

    /// With commas between thousands.
    private static func grouped(_ number: Int) -> String {
        guard number >= 1_000 else { return "\(number)" }
        let rest = String(number % 1_000)
        let zeros = String(repeating: "0", count: 3 - rest.count)
        return "\(grouped(number / 1_000)),\(zeros)\(rest)"
    }

    /// Nanoseconds that this process has computed: other work of the machine doesn't count.
    private static func cpuTime() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
