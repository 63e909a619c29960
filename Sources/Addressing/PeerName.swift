/// A peer that is named by a host name, which is resolved anew at each attempt.
///
/// `a.example` and `a.example.` are one peer, and only one of them can be kept. The dot belongs to
/// the question: with it the resolver doesn't look in its search domains.
package struct PeerName: Sendable {
    /// In lower case, without a dot at the end, at most 253 characters.
    package let name: String
    /// Written with a dot at the end.
    package let isAbsolute: Bool
    package let port: UInt16

    /// What the resolver is asked: as the name was written, in lower case.
    package var question: String { isAbsolute ? name + "." : name }

    /// Takes what resolvers and /etc/hosts take: parts of 1 to 63 letters, digits, hyphens and
    /// underscores between dots, 253 characters in all without a dot at the end, and no hyphen in
    /// front, as no answer would be taken for such a name (glibc's `res_hnok`).
    ///
    /// - Throws: `AddressError` with `notASCII` or else `badName` for anything else; also for
    ///   names that are numbers throughout, which resolvers take for IPv4 addresses, and for those
    ///   in `onion`, which must not be asked of DNS (RFC 7686).
    package init(_ name: String, port: UInt16) throws(AddressError) {
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { throw AddressError(name, .notASCII) }
        let isAbsolute = name.utf8.last == UInt8(ascii: ".")
        let relative = isAbsolute ? name.dropLast() : name[...]
        guard
            (1...253).contains(relative.utf8.count),
            relative.utf8.first != UInt8(ascii: "-"),
            relative.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .allSatisfy({ (1...63).contains($0.count) && $0.allSatisfy(Self.isUsable) }),
            !NumericHost(relative).isNumeric,
            !Self.isOnion(relative)
        else { throw AddressError(name, .badName) }
        self.name = relative.lowercased()
        self.isAbsolute = isAbsolute
        self.port = port
    }

    /// Whether an ASCII text is `onion` or ends in `.onion`, with a dot behind it or without.
    static func isOnion(_ host: Substring) -> Bool {
        let relative = host.utf8.last == UInt8(ascii: ".") ? host.dropLast() : host
        let last = relative.utf8.reversed().prefix { $0 != UInt8(ascii: ".") }.reversed()
        return last.elementsEqual("onion".utf8) { $0 | 0x20 == $1 }
    }

    private static func isUsable(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension PeerName: Hashable {
    package static func == (left: PeerName, right: PeerName) -> Bool {
        left.name == right.name && left.port == right.port
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(port)
    }
}

extension PeerName: CustomStringConvertible {
    package var description: String { "\(question):\(port)" }
}
