import Glibc
import Testing

@testable import LinuxIO

@Suite("A local listener")
struct UnixListenerTests {
    /// A folder of the test's own.
    private struct Folder: ~Copyable {
        let path: String

        init() throws {
            var template = Array("/tmp/peerd-unix-XXXXXX".utf8CString)
            try #require(mkdtemp(&template) != nil)
            path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }

        deinit {
            unlink("\(path)/socket")
            rmdir(path)
        }

        func socketPath() throws -> UnixPath { try #require(UnixPath("\(path)/socket")) }
    }

    private func connected(to path: UnixPath) throws -> FileDescriptor {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = FileDescriptor(owning: socket(AF_UNIX, type, 0))
        let number = descriptor.number
        try systemCall(.connect) { path.withSockaddr { connect(number, $0, $1) } }
        return descriptor
    }

    @Test("lets its user and its group in, whatever the mask says")
    func mode() throws {
        let folder = try Folder()
        let listener = try UnixListener.bound(to: folder.socketPath())
        var found = stat()
        #expect(stat("\(folder.path)/socket", &found) == 0)
        #expect(found.st_mode == S_IFSOCK | 0o660)
        try listener.unlink()
        #expect(access("\(folder.path)/socket", F_OK) != 0)
    }

    @Test("says who a client is, and gives what it sends even when it is gone")
    func client() throws {
        let folder = try Folder()
        let listener = try UnixListener.bound(to: folder.socketPath())
        #expect(try listener.accept() == nil)
        var other: FileDescriptor? = try connected(to: folder.socketPath())
        if let other { #expect(send(other.number, "hello", 5, 0) == 5) }
        other = nil
        guard let client = try listener.accept() else { throw Loopback.Missing() }
        #expect(client.credentials.process == getpid())
        #expect(client.credentials.user == geteuid() && client.credentials.group == getegid())
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = Int(getgroups(CInt(groups.count), &groups))
        #expect(client.credentials.groups.sorted() == groups[..<count].sorted())
        #expect(client.credentials.isMember(of: getegid()))
        #expect(!client.credentials.isMember(of: 4_000_000_000))
        var buffer = [UInt8](repeating: 0, count: 64)
        guard case .bytes(5) = try client.read(into: &buffer) else { throw Loopback.Missing() }
        guard case .endOfFile = try client.read(into: &buffer) else { throw Loopback.Missing() }
        #expect(throws: SystemError(.send, EPIPE)) { try client.send([1, 2, 3]) }
    }
}
