import Addressing
import Glibc

/// Files that the kernel makes up when they are read.
enum SystemFile {
    static func text(of path: String) throws -> String {
        guard let file = fopen(path, "re") else { throw Failure("open \(path)", errno) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func target(ofLink path: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { throw Failure("readlink \(path)", errno) }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The states of the machine's TCP sockets whose own end is this IPv4 address, but for
    /// listening: 1 is ESTABLISHED, 4 and 5 are FIN_WAIT, 6 is TIME_WAIT.
    static func tcpStates(at address: PeerAddress) throws -> [Int] {
        guard let v4 = address.ip?.v4 else { throw Failure("\(address) is not an IPv4 address") }
        // The address as the processor has it in memory, in hexadecimal: proc_net_tcp.
        let own =
            hexadecimal(v4.bigEndian, digits: 8) + ":"
            + hexadecimal(UInt32(address.port), digits: 4)
        return try text(of: "/proc/net/tcp").split(separator: "\n").compactMap { row in
            let fields = row.split(separator: " ")
            guard fields.count > 3, fields[1] == own, let state = Int(fields[3], radix: 16) else {
                return nil
            }
            return state == 10 ? nil : state
        }
    }

    /// Waits until all of these sockets are established, and so many: the kernel's list is no
    /// snapshot while others come and go. What is left in TIME_WAIT stays for a minute, longer than
    /// this waits.
    static func waitUntilOnlyEstablished(_ count: Int, at address: PeerAddress) throws {
        let deadline = ContinuousClock.now + ChildProcess.patience
        while case let states = try tcpStates(at: address),
            states != Array(repeating: 1, count: count)
        {
            guard ContinuousClock.now < deadline else {
                throw Failure("sockets at \(address) are in states \(states)")
            }
            // Nothing tells when the list changes.
            _ = poll(nil, 0, 20)
        }
    }

    private static func hexadecimal(_ number: UInt32, digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
