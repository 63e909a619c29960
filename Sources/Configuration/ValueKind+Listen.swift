import Addressing
import ConnectionCore

extension ValueKind where Value == PeerAddress {
    static var listenAddress: Self {
        let expectation = "\"ADDRESS:PORT\", port 0 for any that is free"
        return Self(
            expectation: expectation,
            read: { node, context in
                guard case .string(let text) = node.value,
                    text.utf8.count <= ElementError.maximumText
                else { return context.reject(node, expected: expectation) }
                do throws(AddressError) {
                    let address = try PeerAddress(parsing: text)
                    guard let ip = address.ip, !ip.isMulticast, !ip.isBroadcast else {
                        context.complain(at: node.position, "can't listen at \(address)")
                        return nil
                    }
                    // The kernel binds none: it is another address on each link.
                    if let obstacle = ip.linkObstacle {
                        context.complain(at: node.position, "\(address) \(obstacle)")
                        return nil
                    }
                    return address
                } catch {
                    context.complain(at: node.position, "\(error)")
                    return nil
                }
            },
            spell: \.description.quotedForTOML
        )
    }
}

extension ValueKind where Value == [Configuration.Listen] {
    /// The machine's addresses, say, on a few ports: each is a descriptor that is open for ever.
    static let maximumListeners = 64

    static var listeners: Self {
        let expectation = "at most \(maximumListeners) tables, each [[listen]]"
        return Self(
            expectation: expectation,
            read: { node, context in
                guard case .array(let nodes) = node.value else {
                    return context.reject(node, expected: expectation)
                }
                guard nodes.count <= maximumListeners else {
                    return context.reject(node, expected: expectation, found: nodes.count)
                }
                var listeners: [(listener: Configuration.Listen, position: TextPosition)] = []
                for node in nodes {
                    guard let listener = Configuration.Listen(node, &context) else { continue }
                    let address = listener.address
                    if let other = listeners.first(where: { $0.listener.address.overlaps(address) })
                    {
                        let first = other.listener.address
                        let place = context.source.origin(at: other.position)
                        context.complain(
                            at: node.position,
                            first == address
                                ? "\(address) is listed twice, first at \(place)"
                                : "\(address) overlaps with \(first) at \(place)"
                        )
                    }
                    listeners.append((listener, node.position))
                }
                return listeners.count == nodes.count ? listeners.map(\.listener) : nil
            },
            // Printed as tables with all keys that mean something where there are any.
            spell: { "[" + $0.map(spell(table:)).joined(separator: ", ") + "]" },
            elements: Elements(count: { $0.count }, spell: { spell(table: $0[$1]) })
        )
    }

    private static func spell(table listener: Configuration.Listen) -> String {
        let values = ConfigurationSchema.keys(of: listener).map {
            "\($0.lastPart) = \($0.spelled(listener))"
        }
        return "{ " + values.joined(separator: ", ") + " }"
    }
}

extension Configuration.Listen {
    /// Reads one `[[listen]]` table; nil, and the context told why, if anything in it is wrong.
    fileprivate init?(_ node: TOMLNode, _ context: inout ValueContext) {
        guard case .table(let entries) = node.value else {
            context.complain(at: node.position, "expected a table, found \(node.found)")
            return nil
        }
        self.init()
        let keys = ConfigurationSchema.listenerKeys
        let earlier = context.problems.count
        var positions: [String: TextPosition] = [:]
        for entry in entries {
            let name = "listen.\(entry.key)"
            guard let key = keys.first(where: { $0.name == name }) else {
                context.problems.addUnknownKey(name, context.source.origin(at: entry.keyPosition))
                continue
            }
            var inner = ValueContext(
                key: name,
                source: context.source,
                defaultPort: nil,
                problems: context.problems
            )
            _ = key.read(entry.node, &self, &inner)
            context.problems = inner.problems
            positions[name] = entry.node.position
        }
        for key in keys
        where key.standard == nil && !entries.contains(where: { $0.key == key.lastPart }) {
            context.problems.add(
                context.source.origin(at: node.position),
                "\(key.name) is missing: expected \(key.expectation)"
            )
        }
        resolveTrust(writtenAt: positions[ConfigurationSchema.trustedLoopback], &context)
        if context.problems.count == earlier { checkProxyKeys(writtenAt: positions, &context) }
        if context.problems.count > earlier { return nil }
    }

    /// Where nobody but programs of this machine can come, they are trusted. On other addresses a
    /// proxy that nobody has marked would make all its peers the machine itself, and any user of
    /// the machine could take every inbound slot.
    ///
    /// Behind an onion service everybody looks like loopback: trust there would be trust in all.
    private mutating func resolveTrust(
        writtenAt position: TextPosition?,
        _ context: inout ValueContext
    ) {
        switch network {
        case .ip:
            if position == nil { trustedLoopback = address.ip?.isLoopback ?? false }
        case .onion:
            if trustedLoopback, let position {
                context.problems.add(
                    context.source.origin(at: position),
                    "\(ConfigurationSchema.trustedLoopback): true contradicts network = \"onion\", "
                        + "behind which every peer comes from loopback"
                )
            }
            trustedLoopback = false
        }
    }

    /// On other listeners they would promise limits that hold for nobody.
    private func checkProxyKeys(
        writtenAt positions: [String: TextPosition],
        _ context: inout ValueContext
    ) {
        guard !isProxied else { return }
        for key in ConfigurationSchema.proxyKeys {
            guard let position = positions[key.name] else { continue }
            context.problems.add(
                context.source.origin(at: position),
                "\(key.name): \(address) isn't behind a proxy: expected network = \"onion\", or "
                    + "trusted-loopback = false on a loopback address"
            )
        }
    }
}

extension PeerAddress {
    /// Whether there can't be a listener for each: they are the same, which tells listeners apart,
    /// or the kernel would refuse to bind the second of them: the same port (but not "any"), and
    /// one of them all addresses of its family.
    fileprivate func overlaps(_ other: PeerAddress) -> Bool {
        guard let ip, let otherIP = other.ip, port == other.port else { return false }
        guard (ip.v4 == nil) == (otherIP.v4 == nil) else { return false }
        return ip == otherIP || port != 0 && (ip.isUnspecified || otherIP.isUnspecified)
    }
}
