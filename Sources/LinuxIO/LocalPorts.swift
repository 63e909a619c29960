import Glibc

/// The ports that the kernel gives to connections.
package enum LocalPorts {
    private static let path = "/proc/sys/net/ipv4/ip_local_port_range"

    /// From the first to the last, for IPv6 too. Nil where it can't be read: in a unit with
    /// ProcSubset=pid there is no /proc/sys.
    package static func range() -> ClosedRange<UInt16>? {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(owning: number)
        // Two numbers of at most five digits, a tab and a newline.
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(file.number, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let numbers = bytes[..<count].split {
            !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        .compactMap { UInt16(String(decoding: $0, as: UTF8.self)) }
        guard numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
        return numbers[0]...numbers[1]
    }
}
