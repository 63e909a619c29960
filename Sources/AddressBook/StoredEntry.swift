internal import Addressing

/// An entry as it is stored, with the new buckets behind the first one that it is in. 41 bytes of
/// IPv4, 53 of IPv6, 69 of an onion service, and 2 a further bucket:
///
///     tag, host, port      1 + 4, 16 or 32 + 2   as on the wire
///     source, services     8 + 8                 these and what follows: the lowest byte first
///     seen, attempted, succeeded, failed   4 each, in seconds
///     failures, further buckets            1 + 1
///     further buckets                      2 each
///
/// Where in its buckets it is follows from the key.
struct StoredEntry {
    var entry: BookEntry
    var furtherBuckets: [Int]

    static func append(_ entry: BookEntry, to bytes: inout [UInt8]) {
        appendAddress(entry.address, to: &bytes)
        append(entry.source, 8, to: &bytes)
        append(entry.services, 8, to: &bytes)
        for time in [entry.seen, entry.attempted, entry.succeeded, entry.failed] {
            append(UInt64(time.seconds), 4, to: &bytes)
        }
        bytes.append(entry.failures)
        bytes.append(UInt8(entry.placeCount - 1))
        for place in entry.places.dropFirst() { append(UInt64(place.bucket), 2, to: &bytes) }
    }

    private static func appendAddress(_ address: PeerAddress, to bytes: inout [UInt8]) {
        switch address.host {
        case .ip(let ip):
            if let v4 = ip.v4 {
                bytes.append(BookTag.ipv4)
                append(UInt64(v4.byteSwapped), 4, to: &bytes)
            } else {
                bytes.append(BookTag.ipv6)
                for word in [ip.high, ip.low] { append(word.byteSwapped, 8, to: &bytes) }
            }
        case .onion(let key):
            bytes.append(BookTag.onion)
            for word in [key.a, key.b, key.c, key.d] { append(word.byteSwapped, 8, to: &bytes) }
        }
        append(UInt64(address.port.byteSwapped), 2, to: &bytes)
    }

    /// The lowest bytes of a word, the lowest one first.
    private static func append(_ word: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * index))) }
    }
}

/// Reads the entries of a stored bucket, one after the other.
struct StoredEntries {
    /// They aren't what any bucket of ours would be.
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nil at the end.
    mutating func next() throws(Malformed) -> StoredEntry? {
        guard position < bytes.count else { return nil }
        let address = try readAddress()
        let source = try read(8)
        let services = try read(8)
        let seen = try readTime()
        var entry = BookEntry(address: address, seen: seen, source: source, services: services)
        entry.attempted = try readTime()
        entry.succeeded = try readTime()
        entry.failed = try readTime()
        entry.restore(failures: UInt8(truncatingIfNeeded: try read(1)))
        let further = Int(try read(1))
        guard further < BookEntry.mostPlaces else { throw Malformed() }
        var buckets: [Int] = []
        for _ in 0..<further { buckets.append(Int(try read(2))) }
        return StoredEntry(entry: entry, furtherBuckets: buckets)
    }

    private mutating func readAddress() throws(Malformed) -> PeerAddress {
        let host: PeerAddress.Host
        switch UInt8(truncatingIfNeeded: try read(1)) {
        case BookTag.ipv4:
            host = .ip(IPAddress(v4: UInt32(truncatingIfNeeded: try read(4)).byteSwapped))
        case BookTag.ipv6:
            let high = try read(8).byteSwapped
            let ip = IPAddress(high: high, low: try read(8).byteSwapped)
            // It would be stored as IPv4.
            guard ip.v4 == nil else { throw Malformed() }
            host = .ip(ip)
        case BookTag.onion:
            let a = try read(8).byteSwapped
            let b = try read(8).byteSwapped
            let c = try read(8).byteSwapped
            host = .onion(OnionKey(a: a, b: b, c: c, d: try read(8).byteSwapped))
        default:
            throw Malformed()
        }
        return PeerAddress(host: host, port: UInt16(truncatingIfNeeded: try read(2)).byteSwapped)
    }

    private mutating func readTime() throws(Malformed) -> BookTime {
        BookTime(seconds: UInt32(truncatingIfNeeded: try read(4)))
    }

    private mutating func read(_ count: Int) throws(Malformed) -> UInt64 {
        guard bytes.count - position >= count else { throw Malformed() }
        var word: UInt64 = 0
        for index in 0..<count { word |= UInt64(bytes[position + index]) << (8 * index) }
        position += count
        return word
    }
}
