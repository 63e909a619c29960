import ConfigurationFixtures
import Control
import Glibc
import LinuxIO
import Testing
import Timing

@testable import peerd

@Suite("The control server")
struct ControlServerTests {
    @Test("lets in, or turns away, so many in one turn and no more")
    func accepts() throws {
        let directory = try ConfigurationDirectory()
        let path = "\(directory.path)/control"
        var epoll = try Epoll()
        var server = ControlServer()
        try server.listen(by: .bound(to: try #require(UnixPath(path))), epoll)
        // All of them wait in the kernel's queue.
        let clients = try (0..<ControlServer.acceptsPerTurn + 30).map { _ in
            try ControlConnection(to: path)
        }
        func turnedAway() -> Int { clients.count { !$0.isWaiting } }
        let places = Bounds.clients - (geteuid() == 0 ? 0 : Bounds.clientsOfRoot)

        try #expect(epoll.wait(timeout: .zero) == 1)
        server.accept(at: Moment.now.instant, epoll)
        #expect(turnedAway() == ControlServer.acceptsPerTurn - places)
        // epoll says that there are more.
        try #expect(epoll.wait(timeout: .zero) == 1)
        server.accept(at: Moment.now.instant, epoll)
        #expect(turnedAway() == clients.count - places)
        try #expect(epoll.wait(timeout: .zero) == 0)
    }

    @Test("keeps whom it has no place for waiting while somebody who has one is leaving")
    func leaving() throws {
        let directory = try ConfigurationDirectory()
        let path = "\(directory.path)/control"
        let epoll = try Epoll()
        var server = ControlServer()
        try server.listen(by: .bound(to: try #require(UnixPath(path))), epoll)
        let places = Bounds.clients - (geteuid() == 0 ? 0 : Bounds.clientsOfRoot)
        let clients = try (0..<places).map { _ in try ControlConnection(to: path) }
        server.accept(at: Moment.now.instant, epoll)
        clients[7].close()
        // What epoll would say of the one that is gone hasn't been asked for.
        let (next, last) = (try ControlConnection(to: path), try ControlConnection(to: path))
        server.accept(at: Moment.now.instant, epoll)
        #expect(next.isWaiting && last.isWaiting && server.hasNewcomers)
        #expect(server.places.count { server[$0].hasHungUp } == 1)
        for place in server.places where server[place].hasHungUp { server.close(place, epoll) }
        server.accept(at: Moment.now.instant, epoll)
        #expect(next.isWaiting && !last.isWaiting && !server.hasNewcomers)
        #expect(server.places.allSatisfy { server[$0].isOpen })
    }

    @Test("keeps a place for the service's own user")
    func ownPlace() throws {
        let directory = try ConfigurationDirectory()
        let path = "\(directory.path)/control"
        let epoll = try Epoll()
        var server = ControlServer()
        // These clients are somebody else.
        server.writers = WriteAccess(user: geteuid() + 1, group: 0)
        try server.listen(by: .bound(to: try #require(UnixPath(path))), epoll)
        let clients = try (0..<Bounds.clients).map { _ in try ControlConnection(to: path) }
        server.accept(at: Moment.now.instant, epoll)
        let others = Bounds.clients - (geteuid() == 0 ? 0 : Bounds.clientsOfRoot)
        #expect(clients.count(where: \.isWaiting) == others - Bounds.clientsOfService)

        // One who is the service's user, or root where that is the service, is let in all the same.
        server.writers = WriteAccess(user: geteuid(), group: 0)
        let own = try ControlConnection(to: path)
        server.accept(at: Moment.now.instant, epoll)
        #expect(own.isWaiting)
    }
}
