import Addressing
import Glibc

@testable import LinuxIO

/// A DNS server on loopback for the daemon under test: names that begin with `alive` have one IPv4
/// address, and nothing else is answered. Dropping it ends it.
final class NameServer: Sendable {
    /// `nameserver 127.0.0.1`, for a resolv.conf.
    let resolverConfiguration: String
    private let number: CInt
    private let ended: CInt

    /// - Parameters:
    ///   - server: Where it is asked, at port 53.
    ///   - answer: What its living names lead to.
    /// - Throws: `Failure` where nothing can be bound there.
    init(at server: PeerAddress, answering answer: PeerAddress) throws {
        let number = socket(AF_INET, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0, let v4 = server.ip?.v4, let answer = answer.ip?.v4 else {
            throw Failure("socket", errno)
        }
        let address = SocketAddress(v4: v4, port: 53)
        guard address.withSockaddr({ bind(number, $0, $1) }) == 0 else {
            throw Failure("bind \(address)", errno)
        }
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure("pipe", errno) }
        self.number = number
        ended = ends[1]
        let end = ends[0]
        // What is dead stays so for longer than any test takes.
        resolverConfiguration = "nameserver \(IPAddress(v4: v4))\noptions timeout:30 attempts:2\n"
        try DetachedThread.start(name: "name server") {
            Self.serve(number, until: end, answer)
            close(number)
            close(end)
        }
    }

    deinit { close(ended) }

    private static func serve(_ number: CInt, until end: CInt, _ answer: UInt32) {
        var question = [UInt8](repeating: 0, count: 512)
        while true {
            var ready = [
                pollfd(fd: number, events: Int16(POLLIN), revents: 0),
                pollfd(fd: end, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ready, 2, -1) > 0, ready[1].revents == 0 else { return }
            var asker = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &asker) { raw in
                raw.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    let count = recvfrom(number, &question, question.count, 0, raw, &length)
                    guard count > 12, let reply = reply(to: question[..<count], answer) else {
                        return
                    }
                    _ = sendto(number, reply, reply.count, 0, raw, length)
                }
            }
        }
    }

    /// RFC 1035, section 4: the header, the question as it came, and one A record for it.
    private static func reply(to question: ArraySlice<UInt8>, _ answer: UInt32) -> [UInt8]? {
        guard question.dropFirst(13).starts(with: "alive".utf8) else { return nil }
        guard let end = question.dropFirst(12).firstIndex(of: 0), end + 5 <= question.count else {
            return nil
        }
        let wantsIPv4 = question[end + 2] == 1
        // An answer, recursion is there; one question, and one record or none.
        let header = Array(question[..<2]) + [0x81, 0x80, 0, 1, 0, wantsIPv4 ? 1 : 0, 0, 0, 0, 0]
        let asked = question[12..<(end + 5)]
        guard wantsIPv4 else { return header + asked }
        let record: [UInt8] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: answer >> (24 - 8 * UInt32($0))) }
        return header + asked + record + bytes
    }
}
