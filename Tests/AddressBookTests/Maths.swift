import AddressBook
import Addressing
import Timing

/// Where addresses belong, written down a second time from the description of the book: bytes,
/// where the book hashes words.
struct Maths {
    var key = TestBook.key

    func newBucket(_ address: PeerAddress, from source: UInt64) -> Int {
        let group = NetworkGroup(address.host).bits
        let share = hash("n", Self.little(group) + Self.little(source)) % 4
        return Int(hash("N", Self.little(source) + Self.little(share)) % 1_024)
    }

    /// Counted from 0.
    func triedBucket(_ address: PeerAddress) -> Int {
        Int(hash("T", Self.little(NetworkGroup(address.host).bits)) % 256)
    }

    func newPosition(_ address: PeerAddress, in bucket: Int) -> Int {
        position(address, table: 0, bucket)
    }

    func triedPosition(_ address: PeerAddress) -> Int {
        position(address, table: 1, triedBucket(address))
    }

    private func position(_ address: PeerAddress, table: UInt64, _ bucket: Int) -> Int {
        let bytes = Self.little(table) + Self.little(UInt64(bucket)) + Self.bytes(of: address)
        return Int(hash("P", bytes) % 64)
    }

    fileprivate func hash(_ letter: Unicode.Scalar, _ bytes: [UInt8]) -> UInt64 {
        SipHash.hash([UInt8(ascii: letter)] + bytes, key: key)
    }

    static func bytes(of address: PeerAddress) -> [UInt8] {
        let host: [UInt8]
        switch address.host {
        case .ip(let ip):
            if let v4 = ip.v4 {
                host = [4] + big(UInt64(v4), 4)
            } else {
                host = [6] + big(ip.high, 8) + big(ip.low, 8)
            }
        case .onion(let key):
            host = [7] + big(key.a, 8) + big(key.b, 8) + big(key.c, 8) + big(key.d, 8)
        }
        return host + big(UInt64(address.port), 2)
    }

    static func little(_ word: UInt64, _ count: Int = 8) -> [UInt8] {
        (0..<count).map { UInt8(word >> (8 * $0) & 0xff) }
    }

    private static func big(_ word: UInt64, _ count: Int) -> [UInt8] {
        little(word, count).reversed()
    }
}

extension Maths {
    func check(of saved: WallTime) -> UInt64 {
        hash("B", Self.little(UInt64(bitPattern: saved.microseconds)))
    }

    func check(of bucket: StoredBucket) -> UInt64 {
        hash("C", Self.little(UInt64(bucket.number)) + bucket.entries)
    }
}
