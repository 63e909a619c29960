internal import Synchronization

/// The link that a link-local IPv6 address belongs to, by the name of the interface that leads
/// there: `eth0` in `fe80::1%eth0`.
///
/// It is a number of this process only, which lies in the address itself: see `IPAddress.zone`.
/// Behind the number is the name and not the kernel's index, which is another one when an interface
/// has been removed and made again. Names come from configurations, from operators, and from
/// interfaces that peers come by; none is forgotten, hence the bound.
package struct Zone: Hashable, BitwiseCopyable, Sendable {
    /// Names in one run of the program. So many addresses may be looked through for each text that
    /// is read or shown: about a microsecond.
    package static let mostNames = 255
    /// Bytes of a name: the kernel's IFNAMSIZ less the zero behind it.
    package static let longestName = 15

    /// Why a text is no zone.
    package enum Problem: Error, Equatable, Sendable {
        /// An address of another kind means the same on every link.
        case notLinkLocal
        /// No interface has such a name, or none that could stand in a text.
        case badName
        /// The kernel's index of an interface: it is another one after each time that it is made.
        case number
        /// `mostNames` are known already.
        case tooMany
    }

    /// 1 to `mostNames`.
    package let number: UInt16

    init(number: UInt16) {
        self.number = number
    }

    /// The zone of this name, which is remembered from now on.
    package init(named name: some StringProtocol) throws(Problem) {
        if let problem = Self.problem(of: name) { throw problem }
        var last = ZoneName.beforeFirst
        while true {
            if let next = last.next.load() {
                last = next
            } else {
                guard last.number < Self.mostNames else { throw .tooMany }
                // Another thread's if that was faster.
                last = last.next.storeIfNil(ZoneName(String(name), number: last.number + 1))
            }
            if last.name == name { break }
        }
        number = last.number
    }

    /// Nil if nobody has named it yet.
    package init?(known name: String) {
        guard Self.problem(of: name) == nil else { return nil }
        var next = ZoneName.beforeFirst.next.load()
        while let zone = next, zone.name != name { next = zone.next.load() }
        guard let next else { return nil }
        number = next.number
    }

    /// How many names there are.
    package static var count: Int {
        var last = ZoneName.beforeFirst
        while let next = last.next.load() { last = next }
        return Int(last.number)
    }

    /// What a text has for a zone, between its first `%` and what may stand behind a zone; nil if
    /// there is nothing that could be one.
    package static func name(in text: String) -> String? {
        guard let percent = text.utf8.firstIndex(of: UInt8(ascii: "%")) else { return nil }
        let behind = text.utf8[text.utf8.index(after: percent)...]
        let name = behind.prefix { $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: "/") }
        let text = String(decoding: name, as: UTF8.self)
        return problem(of: text) == nil ? text : nil
    }

    /// As the kernel's `dev_valid_name`, and ASCII; a closing bracket would end the address too
    /// soon.
    private static func problem(of name: some StringProtocol) -> Problem? {
        guard (1...longestName).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x21...0x7e).contains($0) && !"/:]".utf8.contains($0) }),
            name != ".", name != ".."
        else { return .badName }
        return name.utf8.allSatisfy(TextCursor.isDigit) ? .number : nil
    }
}

extension Zone: CustomStringConvertible {
    /// The interface's name.
    package var description: String {
        var last = ZoneName.beforeFirst
        while last.number < number, let next = last.next.load() { last = next }
        // A number that nobody was given is in no address that was read or came from the kernel.
        return last.number == number ? last.name : "?"
    }
}

/// A name in the list of them, which only grows at its end: so threads need no lock to read it,
/// those that read a configuration beside the one that runs.
private final class ZoneName: Sendable {
    /// The list's head. A global, as a number means the same wherever an address goes.
    static let beforeFirst = ZoneName("", number: 0)

    let name: String
    let number: UInt16
    let next = AtomicLazyReference<ZoneName>()

    init(_ name: String, number: UInt16) {
        self.name = name
        self.number = number
    }
}

/// Bits 16 to 31 of a link-local address are zero for everybody else (RFC 4291, section 2.5.6).
/// Here they hold its zone, so that host (/64), flood (/56) and group (/32) are those of one link,
/// and a value that holds an address has not grown. They never leave the process: texts have the
/// name, sockets the index, and peers are sent the address without.
extension IPAddress {
    @inlinable static var zoneBits: UInt64 { 0xffff << 32 }

    /// The bytes of an address from outside: from a peer, the resolver or the kernel. What they
    /// have in the place of a zone is none, and no host's address either.
    @inlinable
    package init(foreignHigh high: UInt64, low: UInt64) {
        self.init(high: high >> 48 == 0xfe80 ? high & ~Self.zoneBits : high, low: low)
    }

    /// Whether there is place for a zone in it: fe80::/16, of the link-local fe80::/10 the part
    /// that is in use.
    @inlinable package var mayHaveZone: Bool { high >> 48 == 0xfe80 }

    /// Nil if it has none.
    package var zone: Zone? {
        hasZone ? Zone(number: UInt16(truncatingIfNeeded: high >> 32)) : nil
    }

    @inlinable package var hasZone: Bool { mayHaveZone && high & Self.zoneBits != 0 }

    /// The address as others know it.
    @inlinable package var withoutZone: IPAddress { IPAddress(foreignHigh: high, low: low) }

    /// The address on one link. Traps unless it `mayHaveZone`.
    package func on(_ zone: Zone) -> IPAddress {
        precondition(mayHaveZone, "\(self) is the same on every link")
        return IPAddress(high: high & ~Self.zoneBits | UInt64(zone.number) << 32, low: low)
    }

    /// Link-local and IPv6: it is one of one link.
    @inlinable package var isOfOneLink: Bool { isLinkLocal && v4 == nil }

    /// It is another address on each link, and doesn't say on which.
    @inlinable package var lacksZone: Bool { isOfOneLink && !hasZone }
}
