import Control
import Testing

@Suite("The framer")
struct MessageFramerTests {
    /// Takes all whole messages.
    private func drain(_ framer: inout MessageFramer) throws -> [String] {
        var messages: [String] = []
        while let message = try framer.next() {
            messages.append(String(decoding: message, as: UTF8.self))
        }
        return messages
    }

    @Test("finds the same messages however they are split")
    func splits() throws {
        let bytes = Array("one\0\0three and more\0four\0rest".utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var framer = MessageFramer(limit: 14)
                var messages: [String] = []
                for piece in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    framer.append(piece)
                    messages += try drain(&framer)
                }
                #expect(messages == ["one", "", "three and more", "four"])
                #expect(framer.bufferedBytes == 4 && framer.waiting == 0)
            }
        }
    }

    @Test("finds the messages before one that is too long, however they are split")
    func tooLong() throws {
        let bytes = Array("one\0three and more\0four\0".utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var framer = MessageFramer(limit: 13)
                for piece in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    framer.append(piece)
                }
                #expect(try framer.next() == Array("one".utf8))
                #expect(throws: MessageError.tooLong) { try framer.next() }
                #expect(throws: MessageError.tooLong) { try framer.next() }
                #expect(!framer.wantsBytes && framer.isReady)
            }
        }
    }

    @Test(
        "takes a message of a mebibyte, and none that is a byte longer, in pieces of any size",
        arguments: [1 << 20, 65_536, 4_099, 997]
    )
    func limit(_ piece: Int) throws {
        for excess in [0, 1] {
            var framer = MessageFramer()
            var left = Bounds.messageBytes + excess
            while left > 0 {
                let count = min(left, piece)
                framer.append([UInt8](repeating: 0x20, count: count)[...])
                left -= count
            }
            framer.append([0])
            if excess == 0 {
                #expect(try framer.next()?.count == Bounds.messageBytes)
                #expect(try framer.next() == nil)
            } else {
                #expect(framer.bufferedBytes == 0)
                #expect(throws: MessageError.tooLong) { try framer.next() }
            }
        }
    }

    @Test("isn't read while 16 calls wait, and is again when one was taken")
    func callsWaiting() throws {
        var framer = MessageFramer()
        for _ in 1..<Bounds.callsWaiting {
            framer.append([1, 0])
            #expect(framer.wantsBytes)
        }
        framer.append([1, 0, 2])
        #expect(framer.waiting == 16 && !framer.wantsBytes)
        _ = try framer.next()
        #expect(framer.waiting == 15 && framer.wantsBytes)
    }

    @Test("keeps no more than one message may have and one read")
    func memory() throws {
        var framer = MessageFramer()
        let half = [UInt8](repeating: 1, count: Bounds.messageBytes / 2) + [0]
        let read = [UInt8](repeating: 2, count: 65_536)
        framer.append(half[...])
        var reads = 0
        while framer.wantsBytes {
            framer.append(read[...])
            reads += 1
        }
        #expect(reads == 8)
        #expect(framer.bufferedBytes < Bounds.messageBytes + read.count)
        // What was taken makes room for the rest of the next message.
        _ = try framer.next()
        #expect(framer.wantsBytes)
        framer.append([0])
        #expect(try framer.next()?.count == 8 * 65_536)
        #expect(framer.bufferedBytes == 0)
    }

    /// The whole test takes some milliseconds; looking at everything again with each byte would
    /// take minutes.
    @Test("takes a long message byte by byte without looking at it again and again")
    func byteByByte() throws {
        var framer = MessageFramer()
        for _ in 0..<(1 << 18) {
            framer.append([0x20])
            #expect(try framer.next() == nil)
        }
        framer.append([0])
        #expect(try framer.next()?.count == 1 << 18)
    }
}
