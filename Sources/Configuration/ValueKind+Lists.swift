import Addressing
import ConnectionCore

extension ValueKind {
    /// An array of strings that each mean one `Element`. None may mean the same as another.
    ///
    /// - Parameters:
    ///   - elements: What they are, to stand behind a number: `addresses`.
    ///   - limit: How many there may be.
    ///   - parse: Reads one, with the default port if there is one.
    /// - Returns: The kind of such an array.
    static func list<Element: Hashable & CustomStringConvertible>(
        of elements: String,
        limit: Int,
        parse: @escaping @Sendable (String, UInt16?) throws(ElementError) -> Element
    ) -> Self where Value == [Element] {
        let expectation = "an array of at most \(limit) \(elements)"
        return Self(
            expectation: expectation,
            read: { node, context in
                guard case .array(let nodes) = node.value else {
                    return context.reject(node, expected: expectation)
                }
                guard nodes.count <= limit else {
                    return context.reject(node, expected: expectation, found: nodes.count)
                }
                var result: [Element] = []
                var seen: Set<Element> = []
                for node in nodes {
                    do throws(ElementError) {
                        guard case .string(let text) = node.value else {
                            throw ElementError("expected a string, found \(node.found)")
                        }
                        guard text.utf8.count <= ElementError.maximumText else {
                            throw ElementError("\(node.found) is too long")
                        }
                        let element = try parse(text, context.defaultPort)
                        guard seen.insert(element).inserted else {
                            throw ElementError("\(element) is listed twice")
                        }
                        result.append(element)
                    } catch {
                        context.complain(at: node.position, error.message)
                    }
                }
                return result.count == nodes.count ? result : nil
            },
            spell: { spell(array: $0) },
            elements: Elements(
                count: { $0.count },
                spell: { $0[$1].description.quotedForTOML }
            )
        )
    }

    /// One element a line when there are several, since there may be thousands.
    private static func spell(array: [some CustomStringConvertible]) -> String {
        let elements = array.map(\.description.quotedForTOML)
        guard elements.count > 1 else { return "[\(elements.joined())]" }
        return "[\n    " + elements.joined(separator: ",\n    ") + ",\n]"
    }
}

extension ValueKind where Value == [PeerAddress] {
    /// More than that belong into a file: outbound.addresses-file.
    static let maximumAddresses = 10_000

    static var addresses: Self {
        list(of: "addresses, each \"ADDRESS:PORT\"", limit: maximumAddresses) {
            (text, defaultPort) throws(ElementError) in
            try PeerAddress(dialable: text, defaultPort: defaultPort)
        }
    }
}

extension ValueKind where Value == [PeerTarget] {
    static func peers(limit: Int) -> Self {
        list(of: "peers, each \"ADDRESS:PORT\" or \"NAME:PORT\"", limit: limit) {
            (text, defaultPort) throws(ElementError) in
            let target = try PeerTarget(inConfiguration: text, defaultPort: defaultPort)
            switch target {
            case .address(let address): try address.checkDialable()
            case .name: break
            }
            return target
        }
    }
}

extension ValueKind where Value == [Prefix] {
    static func prefixes(limit: Int) -> Self {
        list(of: "prefixes such as \"192.0.2.0/24\"", limit: limit) {
            (text, _) throws(ElementError) in
            do throws(AddressError) {
                return try Prefix(parsing: text)
            } catch {
                throw ElementError(error)
            }
        }
    }
}

extension ValueKind where Value == [IPAddress] {
    /// Addresses of this machine, one for each family.
    static var sourceAddresses: Self {
        let any: Self = list(of: "addresses, one for IPv4 and one for IPv6", limit: 2) {
            (text, _) throws(ElementError) in
            let address: IPAddress
            do throws(AddressError) {
                address = try IPAddress(parsing: text)
            } catch {
                throw ElementError(error)
            }
            guard !address.isUnspecified, !address.isMulticast, !address.isBroadcast else {
                throw ElementError("\(address) is no address that a machine has")
            }
            if let obstacle = address.linkObstacle { throw ElementError("\(address) \(obstacle)") }
            return address
        }
        return Self(
            expectation: any.expectation,
            read: { node, context in
                guard let addresses = any.read(node, &context) else { return nil }
                guard addresses.count < 2 || (addresses[0].v4 == nil) != (addresses[1].v4 == nil)
                else {
                    let family = addresses[0].v4 == nil ? "IPv6" : "IPv4"
                    context.complain(
                        at: node.position,
                        "\(addresses[0]) and \(addresses[1]) are both \(family): "
                            + "expected at most one address for each family"
                    )
                    return nil
                }
                return addresses
            },
            spell: any.spell,
            elements: any.elements
        )
    }
}

extension PeerTarget {
    init(inConfiguration text: String, defaultPort: UInt16?) throws(ElementError) {
        do throws(AddressError) {
            try self.init(parsing: text, defaultPort: defaultPort)
        } catch {
            throw ElementError(error)
        }
    }
}

extension PeerAddress {
    /// Reads an address that can be dialled now; a name would have to be resolved first.
    init(dialable text: String, defaultPort: UInt16?) throws(ElementError) {
        switch try PeerTarget(inConfiguration: text, defaultPort: defaultPort) {
        case .address(let address):
            try address.checkDialable()
            self = address
        case .name(let name):
            throw ElementError(
                "\(name) is a name: expected an IP address and port such as 203.0.113.7:9108"
            )
        }
    }

    /// Rejects what no connection can be made to.
    func checkDialable() throws(ElementError) {
        if let obstacle { throw ElementError(obstacle) }
    }

    /// Rejects what means no single peer to anybody else.
    func checkNamesOnePeer() throws(ElementError) {
        guard let ip else { return }
        guard !ip.isOfOneLink else {
            throw ElementError("\(self) is link-local: it is another address on each link")
        }
        try checkDialable()
    }
}
