import Addressing
import Glibc

/// Texts that operators and files name peers and networks by: what is read prints as the one form
/// that reads back as the same.
enum AddressesCheck {
    static func run(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        switch input.choice(below: 8) {
        case 0: try checkIP(input)
        case 1: try checkKey(input)
        case 2..<5: try checkTexts(input.remainder(), defaultPort: nil)
        default: try checkTexts(input.remainder(), defaultPort: 9_108)
        }
    }

    private static func checkTexts(
        _ bytes: [UInt8],
        defaultPort: UInt16?
    ) throws(BrokenPromise) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        try checkIP(text)
        try checkPeer(text)
        try checkTarget(text, defaultPort: defaultPort)
        try checkPrefix(text)
    }

    /// Any 128 bits are an address.
    private static func checkIP(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        let choice = Int(input.byte())
        let ip = IPAddress(high: input.number(), low: input.number())
        try promise(IPAddress(ip.description) == ip, "\(ip) isn't read back")
        try checkHost(.ip(ip))
        let length = ip.v4 == nil ? choice % 129 : 96 + choice % 33
        let prefix = Prefix(ip, length: length)
        try promise(prefix.contains(ip), "\(ip) isn't in \(prefix)")
        try checkPrinted(prefix)
    }

    /// Any 256 bits are a key.
    private static func checkKey(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        let key = OnionKey(
            a: input.number(),
            b: input.number(),
            c: input.number(),
            d: input.number()
        )
        try promise(OnionKey(key.description) == key, "\(key) isn't read back")
        try checkHost(.onion(key))
    }

    private static func checkHost(_ host: PeerAddress.Host) throws(BrokenPromise) {
        _ = HostKey(host)
        try promise(!NetworkGroup(host).description.isEmpty, "\(host) has no group's name")
    }

    /// Against the C library's own reading of the same text.
    private static func checkIP(_ text: String) throws(BrokenPromise) {
        let ip = IPAddress(text)
        if !text.utf8.contains(0) {
            var v4 = in_addr()
            var v6 = in6_addr()
            var expected: IPAddress?
            if inet_pton(AF_INET, text, &v4) == 1 {
                expected = IPAddress(v4: UInt32(bigEndian: v4.s_addr))
            } else if inet_pton(AF_INET6, text, &v6) == 1 {
                expected = withUnsafeBytes(of: v6) { bytes in
                    IPAddress(
                        high: UInt64(bigEndian: bytes.load(as: UInt64.self)),
                        low: UInt64(
                            bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                        )
                    )
                }
            }
            try promise(ip == expected, "\(text) is read as \(String(describing: ip))")
        }
        guard let ip else { return }
        try promise(IPAddress(ip.description) == ip, "\(text): \(ip) isn't read back")
    }

    private static func checkPeer(_ text: String) throws(BrokenPromise) {
        let read = Result { () throws(AddressError) in try PeerAddress(parsing: text) }
        switch read {
        case .success(let address):
            let again = PeerAddress(address.description)
            try promise(again == address, "\(text): \(address) isn't read back")
        case .failure(let error):
            try promise(!error.description.isEmpty, "\(text): an error without words")
        }
    }

    private static func checkTarget(
        _ text: String,
        defaultPort: UInt16?
    ) throws(BrokenPromise) {
        let read = Result { () throws(AddressError) in
            try PeerTarget(parsing: text, defaultPort: defaultPort)
        }
        switch read {
        case .success(let target):
            try promise(target.port != 0, "\(text) has port 0")
            let again = Result { () throws(AddressError) in
                try PeerTarget(parsing: target.description, defaultPort: nil)
            }
            try promise(again == read, "\(text): \(target) is read back as \(again)")
        case .failure(let error):
            try promise(!error.description.isEmpty, "\(text): an error without words")
        }
    }

    private static func checkPrefix(_ text: String) throws(BrokenPromise) {
        switch Result(catching: { () throws(AddressError) in try Prefix(parsing: text) }) {
        case .success(let prefix):
            try checkPrinted(prefix)
        case .failure(let error):
            try promise(!error.description.isEmpty, "\(text): an error without words")
        }
    }

    private static func checkPrinted(_ prefix: Prefix) throws(BrokenPromise) {
        let again = Result { () throws(AddressError) in
            try Prefix(parsing: prefix.description)
        }
        try promise(again == .success(prefix), "\(prefix) is read back as \(again)")
    }
}
