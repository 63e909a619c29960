import ConfigurationFixtures
import Glibc
import Testing

@testable import LinuxIO
@testable import peerd

@Suite("The lock of a state folder")
struct StateFolderTests {
    private static func failure(_ reply: StateReply) throws -> DirectoryLock.Failure? {
        guard case .lock(let failure) = reply else { throw Failure("\(reply)") }
        return failure
    }

    @Test("is the runtime directory's where both are one, by whatever name")
    func shared() throws {
        let directory = try ConfigurationDirectory()
        let lock = try DirectoryLock(directory.path)
        let link = "\(directory.path)/link"
        symlink(directory.path, link)
        for path in [directory.path, "\(directory.path)/.", link] {
            let folder = StateFolder(path, runtime: try lock.identity())
            #expect(try Self.failure(folder.handle(.lock)) == nil)
        }
        #expect(try lock.isInPlace())
    }

    /// A daemon in another container, to which this folder is lent as well, may well have our
    /// number: it is 1 in each.
    @Test("is another's although that has our number")
    func number() throws {
        let state = try ConfigurationDirectory()
        let other = try ConfigurationDirectory()
        let holder = try DirectoryLock(state.path)
        let runtime = try DirectoryLock(other.path)
        for identity in [nil, try runtime.identity()] {
            let folder = StateFolder(state.path, runtime: identity)
            #expect(try Self.failure(folder.handle(.lock)) == .held(by: getpid()))
        }
        #expect(try holder.isInPlace() && runtime.isInPlace())
    }

    @Test("isn't the runtime directory's any more when another folder has its name")
    func replaced() throws {
        let directory = try ConfigurationDirectory()
        let path = "\(directory.path)/folder"
        let runtime = try DirectoryLock(path)
        let folder = StateFolder(path, runtime: try runtime.identity())
        #expect(try Self.failure(folder.handle(.lock)) == nil)
        rename(path, path + "-elsewhere")
        let other = try DirectoryLock(path)
        #expect(try Self.failure(folder.handle(.lock)) == .held(by: getpid()))
        #expect(try other.isInPlace())
    }
}
