import Glibc
import Systemd
import Testing

@Suite("The journal's stream")
struct JournalStreamTests {
    @Test("is standard error if its device and inode are")
    func ours() throws {
        let ours = "JOURNAL_STREAM=$(stat --dereference --format=%d:%i /proc/$$/fd/2)"
        #expect(try Probe.run("stream", environment: ours).output == "journal\n")
        for other in ["", "JOURNAL_STREAM=1:2", "JOURNAL_STREAM="] {
            #expect(try Probe.run("stream", environment: other).output == "elsewhere\n", "\(other)")
        }
    }

    @Test("is told from everything that looks like it")
    func spelling() throws {
        var file = stat()
        let number = open("/dev/null", O_RDONLY | O_CLOEXEC)
        try #require(number >= 0 && fstat(number, &file) == 0)
        defer { close(number) }
        let (device, inode) = (file.st_dev, file.st_ino)
        #expect(JournalStream.names("\(device):\(inode)", descriptor: number))
        for text in [
            "", ":", "\(device)", "\(device):", ":\(inode)", "\(device):\(inode + 1)",
            "\(device + 1):\(inode)", "\(device):\(inode):0", "\(device) :\(inode)", "x:y",
            "99999999999999999999:1",
        ] {
            #expect(!JournalStream.names(text, descriptor: number), "\(text)")
        }
        #expect(!JournalStream.names("\(device):\(inode)", descriptor: -1))
    }
}
