internal import Addressing
internal import Timing

/// Where addresses belong, under the book's own key: nobody who doesn't know it can aim for one
/// bucket or place.
///
/// Each use begins with a letter of its own, so that no hash of one tells a hash of another.
struct BookHash: Sendable {
    /// Source groups of one address group share so many new buckets: an attacker who tells from one
    /// group fills 256 of 65,536 places.
    static let bucketsPerSource: UInt64 = 4

    let key: SipHash.Key

    /// The new bucket of an address that was told from a source group.
    func newBucket(of address: PeerAddress, from source: UInt64) -> Int {
        let group = NetworkGroup(address.host).bits
        var share = SipHash(key: key)
        share.combine(UInt8(ascii: "n"))
        share.combine(group)
        share.combine(source)
        var bucket = SipHash(key: key)
        bucket.combine(UInt8(ascii: "N"))
        bucket.combine(source)
        bucket.combine(share.finish() % Self.bucketsPerSource)
        return Int(bucket.finish() % UInt64(BookTables.newBuckets))
    }

    /// The bucket in which an address is that has been good, counted behind the new ones. It is the
    /// only one of its group: 64 addresses of a group have been good at most.
    func triedBucket(of address: PeerAddress) -> Int {
        var bucket = SipHash(key: key)
        bucket.combine(UInt8(ascii: "T"))
        bucket.combine(NetworkGroup(address.host).bits)
        return BookTables.newBuckets + Int(bucket.finish() % UInt64(BookTables.triedBuckets))
    }

    /// The only place that an address may have in a bucket.
    func place(of address: PeerAddress, in bucket: Int) -> Place {
        let isTried = bucket >= BookTables.newBuckets
        var position = SipHash(key: key)
        position.combine(UInt8(ascii: "P"))
        position.combine(isTried ? 1 : 0 as UInt64)
        position.combine(UInt64(isTried ? bucket - BookTables.newBuckets : bucket))
        position.combine(address)
        return Place(bucket: bucket, position: Int(position.finish() % 64))
    }

    func newPlace(of address: PeerAddress, from source: UInt64) -> Place {
        place(of: address, in: newBucket(of: address, from: source))
    }

    func triedPlace(of address: PeerAddress) -> Place {
        place(of: address, in: triedBucket(of: address))
    }

    /// For the index.
    func index(of address: PeerAddress) -> UInt64 {
        var hash = SipHash(key: key)
        hash.combine(UInt8(ascii: "I"))
        hash.combine(address)
        return hash.finish()
    }

    /// What the time of saving is checked by.
    func check(of saved: WallTime) -> UInt64 {
        var hash = SipHash(key: key)
        hash.combine(UInt8(ascii: "B"))
        hash.combine(UInt64(bitPattern: saved.microseconds))
        return hash.finish()
    }

    /// What a stored bucket is checked by.
    func check(of bucket: Int, _ entries: [UInt8]) -> UInt64 {
        var hash = SipHash(key: key)
        hash.combine(UInt8(ascii: "C"))
        hash.combine(UInt64(bucket))
        for byte in entries { hash.combine(byte) }
        return hash.finish()
    }
}

extension SipHash {
    /// Tag, host and port, as they are stored: the bytes in the order of the network.
    @inline(__always)
    mutating func combine(_ address: PeerAddress) {
        switch address.host {
        case .ip(let ip):
            if let v4 = ip.v4 {
                combine(BookTag.ipv4)
                combine(UInt64(v4.byteSwapped), bytes: 4)
            } else {
                combine(BookTag.ipv6)
                combine(ip.high.byteSwapped)
                combine(ip.low.byteSwapped)
            }
        case .onion(let key):
            combine(BookTag.onion)
            combine(key.a.byteSwapped)
            combine(key.b.byteSwapped)
            combine(key.c.byteSwapped)
            combine(key.d.byteSwapped)
        }
        combine(UInt64(address.port.byteSwapped), bytes: 2)
    }
}

/// What hashes and stored entries begin an address or a source group with. The first three are
/// those of `NetworkGroup`.
enum BookTag {
    static let ipv4: UInt8 = 4
    static let ipv6: UInt8 = 6
    static let onion: UInt8 = 7
    static let seed: UInt8 = 8
    static let proxied: UInt8 = 9
}
