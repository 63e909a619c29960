/// A text of the form `host:port`, taken apart but not yet believed.
///
/// What the host is follows from how it looks, before it is checked: `1.2.3` is a bad address
/// rather than a name that nobody has.
struct EndpointText {
    private let text: String
    let host: Substring
    private let isBracketed: Bool
    private let portText: Substring?

    init(_ text: String) throws(AddressError) {
        guard !text.isEmpty else { throw AddressError(text, .empty) }
        try AddressError.check(text, orElse: .notASCII)
        self.text = text
        isBracketed = text.hasPrefix("[")
        if isBracketed {
            guard let end = text.firstIndex(of: "]") else { throw AddressError(text, .badAddress) }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw AddressError(text, .badAddress) }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        } else {
            // No colon at all, or a bare IPv6 address, in which none can be told from a port's.
            host = text[...]
            portText = nil
        }
    }

    /// The host if it is written as an address; nil if only a name can be meant.
    func literalHost() throws(AddressError) -> PeerAddress.Host? {
        if isBracketed || host.contains(":") {
            guard host.contains(":") else { throw AddressError(text, .badAddress) }
            return .ip(try IPAddress(host, in: text))
        }
        if PeerName.isOnion(host) {
            guard let key = OnionKey(String(host)) else { throw AddressError(text, .badOnion) }
            return .onion(key)
        }
        if let percent = host.firstIndex(of: "%"), IPAddress(String(host[..<percent])) != nil {
            throw AddressError(text, .zone(.notLinkLocal))
        }
        let number = NumericHost(host)
        guard host.isEmpty || number.isNumeric else { return nil }
        if let ip = IPAddress(String(host)) { return .ip(ip) }
        throw AddressError(text, number.reading.map { .number($0) } ?? .badAddress)
    }

    /// The port, or `fallback` if the text has none.
    func port(orElse fallback: UInt16?) throws(AddressError) -> UInt16 {
        guard let portText else {
            guard let fallback else { throw AddressError(text, .missingPort) }
            return fallback
        }
        var cursor = TextCursor(portText)
        guard let port = cursor.takeDecimal(upTo: 65_535), cursor.isAtEnd else {
            throw AddressError(text, .badPort)
        }
        return UInt16(port)
    }
}
