import Glibc

/// The names that /etc/hosts has, for machines on which the resolver looks there before anywhere
/// else: then what it would find there needs none of its threads.
///
/// Both files are read anew for each question, so that a change holds from the next attempt on.
package enum HostsFile {
    /// More isn't read, and the resolver does it: a file of 30,000 names fits.
    static let maximumBytes = 1_048_576

    /// The addresses of a name in the file, if the resolver begins there; none if it doesn't, if
    /// the name isn't in it, or if a file isn't as it should be: then the resolver has the word.
    ///
    /// Those that can be reached come first, and of these IPv6 before IPv4, as getaddrinfo(3) has
    /// them (RFC 6724) for addresses that are used between machines.
    package static func addresses(of question: NameQuestion) -> [SocketAddress] {
        guard let services = contents(of: "/etc/nsswitch.conf"), comesFirst(in: services),
            let hosts = contents(of: "/etc/hosts")
        else { return [] }
        let found = addresses(of: question.name, port: question.port, in: hosts)
        guard found.count > 1 else { return found }
        let ranked = found.enumerated().map { (rank: rank(of: $1), index: $0, address: $1) }
        return ranked.sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }.map(\.address)
    }

    /// Whether nsswitch.conf(5) has `files` as the first source of `hosts`, and nothing behind it
    /// that goes on after a success.
    package static func comesFirst(in services: [UInt8]) -> Bool {
        for line in lines(of: services) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                words(of: line[..<colon]).elementsEqual([ArraySlice("hosts".utf8)])
            else { continue }
            let sources = words(of: line[line.index(after: colon)...])
            guard sources.first?.elementsEqual("files".utf8) ?? false else { return false }
            guard let second = sources.dropFirst().first, second.first == UInt8(ascii: "[") else {
                return true
            }
            // An action such as [NOTFOUND=return]. What SUCCESS does by itself is to return.
            let actions = Array(sources.dropFirst().joined(separator: [0x20]))
            let action = String(decoding: actions, as: UTF8.self)
            return !action.prefix { $0 != "]" }.lowercased().contains("success")
        }
        return false
    }

    /// The addresses of the lines that have the name, each once and in their order.
    package static func addresses(
        of name: String,
        port: UInt16,
        in hosts: [UInt8]
    ) -> [SocketAddress] {
        let name = Array(name.utf8)
        var found = DistinctAddresses()
        for line in lines(of: hosts) {
            let words = words(of: line)
            guard let first = words.first, words.dropFirst().contains(where: { isSame($0, name) }),
                let address = address(first, port: port)
            else { continue }
            found.append(address)
        }
        return found.addresses
    }

    /// In ASCII, as DNS has it.
    private static func isSame(_ word: ArraySlice<UInt8>, _ name: [UInt8]) -> Bool {
        func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
        return word.elementsEqual(name) { lower($0) == lower($1) }
    }

    private static func address(_ word: ArraySlice<UInt8>, port: UInt16) -> SocketAddress? {
        let text = word.map { CChar(bitPattern: $0) } + [0]
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            return SocketAddress(v4: UInt32(bigEndian: v4.s_addr), port: port)
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        return withUnsafeBytes(of: v6) { bytes in
            SocketAddress(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                port: port
            )
        }
    }

    /// Less comes first. The order is RFC 6724's, section 2.1: IPv6, IPv4, 6to4, Teredo, and
    /// addresses of one site.
    private static func rank(of address: SocketAddress) -> Int {
        let isReached = (try? Socket.hasAddress(reaching: address, from: nil)) ?? false
        let precedence =
            if address.v4 != nil {
                1
            } else if address.high >> 48 == 0x2002 {
                2
            } else if address.high >> 32 == 0x2001_0000 {
                3
            } else if address.high >> 57 == 0xfc >> 1 {
                4
            } else {
                0
            }
        return (isReached ? 0 : 5) + precedence
    }

    /// Lines without what follows a `#`.
    private static func lines(of bytes: [UInt8]) -> some Sequence<ArraySlice<UInt8>> {
        bytes.split(separator: UInt8(ascii: "\n")).lazy.map {
            $0.prefix { $0 != UInt8(ascii: "#") }
        }
    }

    private static func words(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        // Blank, tab, and the carriage return of a file from elsewhere.
        line.split { $0 == 0x20 || (0x09...0x0d).contains($0) }
    }

    /// Nil if it isn't a plain file that can be read, or too long.
    private static func contents(of path: String) -> [UInt8]? {
        // O_NONBLOCK: somebody may have put a FIFO there.
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= maximumBytes
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
        var end = 0
        while end < bytes.count {
            let count = bytes.withUnsafeMutableBytes { bytes in
                read(file.number, bytes.baseAddress?.advanced(by: end), bytes.count - end)
            }
            guard count >= 0 else { return nil }
            guard count > 0 else { return Array(bytes[..<end]) }
            end += count
        }
        // It grows while it is read.
        return nil
    }
}
