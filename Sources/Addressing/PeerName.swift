/// A peer that is named by a host name, which is resolved anew at each attempt.
package struct PeerName: Hashable, Sendable {
    /// In lower case, without a trailing dot, at most 253 characters.
    package let name: String
    package let port: UInt16

    /// - Throws: `AddressError` with `badName` unless `name` is a host name as RFC 1123 has them:
    ///   labels of 1 to 63 letters, digits and hyphens, no hyphen at an end, 253 characters in all.
    ///   The last label may not be a number, which resolvers take for an IPv4 address, nor `onion`,
    ///   which must not be asked of DNS (RFC 7686).
    package init(_ name: String, port: UInt16) throws(AddressError) {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard
            name.utf8.count <= 253,
            labels.allSatisfy({ Self.isLabel($0.utf8) }),
            let last = labels.last,
            !last.utf8.allSatisfy(TextCursor.isDigit),
            last.lowercased() != "onion"
        else { throw AddressError(name, .badName) }
        self.name = name.lowercased()
        self.port = port
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        (1...63).contains(label.count)
            && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy {
                isLetter($0) || TextCursor.isDigit($0) || $0 == UInt8(ascii: "-")
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension PeerName: CustomStringConvertible {
    package var description: String { "\(name):\(port)" }
}
