/// Why a text names no peer, address or prefix.
package struct AddressError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case empty
        /// More than `longestText`; the error has its beginning only.
        case tooLong
        case missingPort
        /// Not a decimal number up to 65535, or 0 where something must be reached.
        case badPort
        case badAddress
        /// A number, or several with dots between them, in which resolvers see this IPv4 address
        /// instead of a name: `0x7f000001`, `127.1`.
        case number(IPAddress)
        /// What stands behind a `%` is no zone of this address.
        case zone(Zone.Problem)
        /// A link-local address with bits set where no host's has any, `fe80:1::1`.
        case zoneBits
        /// Not a v3 name, or one with a wrong checksum.
        case badOnion
        /// Not a name that resolvers and /etc/hosts take: see `PeerName`.
        case badName
        /// A name with letters that DNS doesn't have.
        case notASCII
        /// No number behind the slash that the address has bits for.
        case badPrefixLength(allowed: ClosedRange<Int>)
        /// The address has bits behind its prefix's length, so that it is unclear what was meant:
        /// the address or this network.
        case hostBitsSet(Prefix)
    }

    /// Bytes of the longest text that may mean something: an absolute name with its port has 260.
    package static let longestText = 512

    /// The text as it was given.
    package let text: String
    package let reason: Reason

    package init(_ text: String, _ reason: Reason) {
        self.text = text
        self.reason = reason
    }
}

extension AddressError {
    /// To be asked before a text is looked into by characters: comparing those takes the square of
    /// the combining marks in a row, and no text of ours has a letter beyond ASCII.
    static func check(_ text: String, orElse reason: Reason) throws(AddressError) {
        guard text.utf8.count <= longestText else {
            throw AddressError(String(decoding: text.utf8.prefix(64), as: UTF8.self), .tooLong)
        }
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw AddressError(text, reason) }
    }
}

extension AddressError: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .empty: "expected an address such as 203.0.113.7:9108, found nothing"
        case .tooLong: "'\(text)…' is longer than \(Self.longestText) bytes"
        case .missingPort:
            "'\(text)' has no port: expected one behind a colon, as in 203.0.113.7:9108, "
                + "[2001:db8::7]:9108 or peer.example.org:9108"
        case .badPort: "'\(text)' has no valid port: expected a number from 1 to 65535"
        case .badAddress:
            "'\(text)' is no IP address: expected one such as 203.0.113.7 or 2001:db8::7, "
                + "an IPv6 address in brackets when a port follows"
        case .number(let address):
            "'\(text)' is a number, which resolvers take for the address \(address): "
                + "expected that address if it is meant"
        case .zone(let problem): "'\(text)' \(problem)"
        case .zoneBits:
            "'\(text)' has a group behind fe80 that is not 0, as that of every link-local address "
                + "is: expected one such as fe80::1%eth0"
        case .badOnion:
            "'\(text)' is no Tor v3 name: expected 56 characters with a valid checksum and .onion"
        case .badName:
            "'\(text)' is no host name: expected letters, digits, '-' and '_' between dots, "
                + "at most 63 each and 253 in all, and no '-' in front"
        case .notASCII:
            "'\(text)' has letters that are not ASCII: expected the name as DNS has it, "
                + "write xn--… for each part with such letters"
        case .badPrefixLength(let allowed):
            "'\(text)' has no valid prefix length: expected a number from "
                + "\(allowed.lowerBound) to \(allowed.upperBound)"
        case .hostBitsSet(let prefix):
            "'\(text)' has bits behind the prefix's length: expected the network, \(prefix)"
        }
    }
}

extension Zone.Problem: CustomStringConvertible {
    /// What is said of a text with it.
    package var description: String {
        switch self {
        case .notLinkLocal:
            "has a zone, which only link-local addresses (fe80::…) have: expected it without '%'"
        case .badName:
            "has no interface's name behind '%': expected one of at most "
                + "\(Zone.longestName) bytes, as in fe80::1%eth0"
        case .number:
            "has a number as its zone, which changes: expected the interface's name, as in "
                + "fe80::1%eth0"
        case .tooMany:
            "has one more zone than the \(Zone.mostNames) that are kept until the next start"
        }
    }
}
