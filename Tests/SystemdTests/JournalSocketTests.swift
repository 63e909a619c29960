import Glibc
import Systemd
import Testing

@Suite("The journal's socket")
struct JournalSocketTests {
    static func entry(_ message: String) -> JournalEntry {
        var entry = JournalEntry()
        entry.append("MESSAGE", message)
        return entry
    }

    /// An entry of exactly so many bytes, most of them in lines of 15 letters.
    static func entry(size: Int) -> JournalEntry {
        let frame = "MESSAGE".utf8.count + 1 + 8 + 1
        let lines = String(repeating: "abcdefghijklmno\n", count: (size - frame) / 16)
        return entry(lines + String(repeating: "z", count: (size - frame) % 16))
    }

    @Test("delivers an entry as it was written")
    func delivers() throws {
        let receiver = try Receiver()
        let journal = try JournalSocket(path: receiver.path)
        #expect(journal.send(Self.entry("a\nb")) == .sent)
        let (bytes, descriptor) = try receiver.receive()
        #expect(try JournalDecoder.fields(of: bytes) == [.init("MESSAGE", "a\nb")])
        #expect(descriptor == nil)
    }

    @Test("never waits for a journal that doesn't read, and says which entries are lost")
    func full() throws {
        let receiver = try Receiver()
        let journal = try JournalSocket(path: receiver.path)
        let entry = Self.entry("unread")
        var sent = 0
        var lost = 0
        // More than the longest queue that systemd sets; were it to wait, it would be for ever.
        for _ in 0..<10_000 {
            switch journal.send(entry) {
            case .sent: sent += 1
            case .lost(let code):
                #expect(code == EAGAIN)
                lost += 1
            }
        }
        #expect(sent > 0 && lost > 0 && sent + lost == 10_000)
        // A huge one finds the queue as full.
        #expect(journal.send(Self.entry(size: 2 << 20)) == .lost(code: EAGAIN))
        #expect(receiver.drain() == sent)
        #expect(journal.send(entry) == .sent)
        #expect(receiver.drain() == 1)
    }

    @Test("finds a journal that comes late, goes away and comes back")
    func restart() throws {
        let path = Receiver.newPath()
        let journal = try JournalSocket(path: path)
        let entry = Self.entry("anybody?")
        #expect(journal.send(entry) == .lost(code: ENOENT))

        var receiver: Receiver? = try Receiver(at: path)
        #expect(journal.send(entry) == .sent)
        #expect(receiver?.drain() == 1)

        receiver = nil
        #expect(journal.send(entry) == .lost(code: ECONNREFUSED))
        #expect(journal.send(Self.entry(size: 2 << 20)) == .lost(code: ECONNREFUSED))

        let next = try Receiver(at: path)
        #expect(journal.send(entry) == .sent)
        #expect(next.drain() == 1)
        next.removePath()
        #expect(journal.send(entry) == .lost(code: ENOENT))
    }

    @Test(
        "hands an oversize entry over as a sealed file",
        arguments: [1 << 20, JournalEntry.sizeLimit]
    )
    func oversize(size: Int) throws {
        let receiver = try Receiver()
        let journal = try JournalSocket(path: receiver.path)
        let entry = Self.entry(size: size)
        #expect(entry.size == size)
        #expect(journal.send(entry) == .sent)

        let (bytes, descriptor) = try receiver.receive()
        #expect(bytes.count == 0)
        let file = try #require(descriptor)
        defer { close(file) }
        // F_GET_SEALS; F_SEAL_SEAL, _SHRINK, _GROW and _WRITE, and on newer kernels F_SEAL_EXEC.
        let sealed: CInt = 0b1111
        #expect(fcntl(file, 1034) & sealed == sealed)
        var content = [UInt8](repeating: 0, count: size + 1)
        #expect(pread(file, &content, content.count, 0) == size)
        content.removeLast()
        #expect(content == JournalEntryTests.bytes(entry))
    }

    @Test("drops an entry beyond the limit")
    func beyondLimit() throws {
        let receiver = try Receiver()
        let journal = try JournalSocket(path: receiver.path)
        let entry = Self.entry(size: JournalEntry.sizeLimit + 1)
        #expect(journal.send(entry) == .lost(code: EMSGSIZE))
        #expect(receiver.drain() == 0)
    }

    @Test("holds no descriptor of an oversize entry, and loses it when there is none to have")
    func descriptors() async {
        await #expect(processExitsWith: .success) {
            let receiver = try Receiver()
            let journal = try JournalSocket(path: receiver.path)
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            #expect(setrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let oversize = Self.entry(size: 1 << 20)
            for _ in 0..<200 {
                #expect(journal.send(oversize) == .sent)
                #expect(receiver.drain() == 1)
            }
            while open("/dev/null", O_RDONLY) >= 0 {}
            #expect(journal.send(oversize) == .lost(code: EMFILE))
            #expect(journal.send(Self.entry("ordinary")) == .sent)
        }
    }

    @Test("takes no path that the kernel wouldn't")
    func badPath() {
        for path in ["", "/", "relative", "/" + String(repeating: "x", count: 107)] {
            #expect(throws: SystemdError.badPath(path)) { _ = try JournalSocket(path: path) }
        }
        #expect(throws: Never.self) {
            _ = try JournalSocket(path: "/" + String(repeating: "x", count: 106))
        }
    }
}
