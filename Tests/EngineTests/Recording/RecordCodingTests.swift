import Addressing
import ConnectionCore
import DecredWire
import Facts
import FlippedBits
import Testing
import Timing

@testable import Engine

/// What is written is what is read, whatever it is.
@Suite("A record")
struct RecordCodingTests {
    @Test("has every input as it was")
    func inputs() throws {
        for input in RecordSamples.inputs {
            var writer = RecordWriter()
            writer.write { input.putValues(to: &$0) }
            var reader = RecordReader(writer.bytes)
            let read = try EngineInput(input.tag, from: &reader)
            #expect(reader.isAtEnd, "\(input)")
            #expect("\(read)" == "\(input)")
        }
    }

    @Test("is tried with inputs of each kind")
    func isComplete() {
        let tried = Set(RecordSamples.inputs.map(\.tag.rawValue))
        let last = EngineInput.Tag.end.rawValue
        #expect(tried == Set(1..<last))
    }

    @Test("has every fact of a session as it was")
    func facts() throws {
        for fact in RecordSamples.facts {
            var writer = RecordWriter()
            writer.write { $0.put(fact) }
            var reader = RecordReader(writer.bytes)
            #expect(try reader.value(SessionFact.self) == fact)
            #expect(reader.isAtEnd)
        }
    }

    /// A number that is forgotten here, in the record or in the test, is found by its default.
    @Test("has every number of a policy")
    func policy() throws {
        let policy = Self.unusualPolicy
        let usual = RecordSamples.policy
        let (leaves, defaults) = (Self.leaves(of: policy), Self.leaves(of: usual))
        for (name, value) in leaves {
            #expect(defaults[name] != value, "\(name) is as ever, and not tried")
        }
        var writer = RecordWriter()
        writer.write { $0.put(policy) }
        var reader = RecordReader(writer.bytes)
        #expect(try reader.value(EnginePolicy.self) == policy)
        #expect(reader.isAtEnd)
    }

    private static var unusualPolicy: EnginePolicy {
        var core = Policy()
        core.limits.connections += 1
        core.limits.perHost += 1
        core.limits.reservedManual += 1
        core.limits.whitelisted += 1
        core.limits.whitelist = RecordSamples.prefixes
        core.outbound.target += 1
        core.outbound.maxPerGroup += 1
        core.outbound.retry += .nanoseconds(1)
        core.outbound.dialTimeout += .seconds(1)
        core.outbound.defaultPort = 9_108
        core.persistent.max += 1
        core.persistent.retry += .seconds(1)
        core.persistent.maxRetry += .seconds(1)
        core.persistent.stableAfter += .seconds(1)
        core.handshake.isRequired = true
        core.handshake.timeout += .seconds(1)
        core.inbound.rate += 0.1
        core.inbound.burst += 0.1
        core.inbound.floodThreshold += 1
        var session = SessionPolicy(network: .testnet)
        session.protocolVersion = 11
        session.services = 7
        session.userAgent = "/another:1/"
        session.requiredServices = 5
        session.tellsUnroutable = true
        session.advertised = RecordSamples.addresses
        session.addressBurst += 1
        session.addressRate += 1
        session.pingInterval += .seconds(1)
        session.idleTimeout += .seconds(1)
        session.banScore += 1
        session.warnScore += 1
        session.mostQueuedBytes += 1
        return EnginePolicy(
            core: core,
            speech: .decred(session),
            banDuration: .seconds(61),
            tellsOnlyRoutable: false,
            dialsOnlyRoutable: true,
            persistent: RecordSamples.targets
        )
    }

    /// All that lies within, by its path.
    private static func leaves(of value: Any, at path: String = "") -> [String: String] {
        let mirror = Mirror(reflecting: value)
        guard !mirror.children.isEmpty, mirror.displayStyle != .collection,
            mirror.displayStyle != .optional, !(value is Duration)
        else { return [path: "\(value)"] }
        return mirror.children.reduce(into: [:]) { leaves, child in
            let name = "\(path).\(child.label ?? "")"
            leaves.merge(self.leaves(of: child.value, at: name)) { first, _ in first }
        }
    }

    @Test(
        "has numbers of every size",
        arguments: [0, 1, -1, 63, -64, 64, 1 << 20, .max, .min] as [Int64]
    )
    func numbers(number: Int64) throws {
        var writer = RecordWriter()
        writer.write { pen in
            pen.put(number)
            pen.put(UInt64(bitPattern: number))
            pen.put(fixed: UInt64(bitPattern: number))
            pen.put(fixed: UInt32(truncatingIfNeeded: number))
        }
        var reader = RecordReader(writer.bytes)
        #expect(try reader.signed() == number)
        #expect(try reader.unsigned() == UInt64(bitPattern: number))
        #expect(try reader.fixed(UInt64.self) == UInt64(bitPattern: number))
        #expect(try reader.fixed(UInt32.self) == UInt32(truncatingIfNeeded: number))
        #expect(reader.isAtEnd)
    }

    /// What is written is written again where there wasn't room for it.
    @Test("is written whole, however long it is", arguments: [0, 7, 511, 512, 513, 5_000, 70_000])
    func grows(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        var writer = RecordWriter()
        for number in 0..<3 {
            writer.write { pen in
                pen.put(number)
                pen.put(bytes)
                pen.put(fixed: UInt32.max)
            }
        }
        var reader = RecordReader(writer.bytes)
        for number in 0..<3 {
            #expect(try reader.integer(Int.self) == number)
            #expect(try reader.rawBytes() == bytes)
            #expect(try reader.fixed(UInt32.self) == .max)
        }
        #expect(reader.isAtEnd)
    }

    /// Of every length, and in every place.
    @Test("has another digest when a bit of it is changed")
    func digests() {
        for length in 1...40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let digest = RecordDigest.of(bytes, from: 0)
            for flipped in FlippedBits(of: bytes) {
                #expect(RecordDigest.of(flipped.bytes, from: 0) != digest, "\(length): \(flipped)")
            }
            #expect(RecordDigest.of(bytes + [0], from: 0) != digest)
        }
    }

    /// Whatever the bits, what is read is a value or an error that names a place within.
    @Test("that is changed or cut off traps nobody")
    func hostile() {
        for input in RecordSamples.inputs {
            var writer = RecordWriter()
            writer.write { input.putValues(to: &$0) }
            let bytes = writer.bytes
            for flipped in FlippedBits(of: bytes, every: bytes.count > 64 ? 7 : 1) {
                Self.read(flipped.bytes, as: input.tag)
            }
            for length in 0..<bytes.count { Self.read(Array(bytes[..<length]), as: input.tag) }
        }
    }

    private static func read(_ bytes: [UInt8], as tag: EngineInput.Tag) {
        var reader = RecordReader(bytes)
        do throws(RecordError) {
            _ = try EngineInput(tag, from: &reader)
        } catch {
            guard case .damaged(let offset) = error else {
                Issue.record("\(error)")
                return
            }
            #expect((0...bytes.count).contains(offset))
        }
    }
}
