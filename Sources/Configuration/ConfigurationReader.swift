import Addressing

/// Reads the sources into one configuration, in order: a later one overrides the keys that it sets.
///
/// Every value of every source is checked, one that is overridden too, so that a file is right or
/// wrong whatever lies beside it.
package struct ConfigurationReader {
    package private(set) var configuration = Configuration.standard
    /// Where each key that somebody set was set; listeners have one for each of their keys, as
    /// `listen[0].address`.
    package private(set) var origins: [String: ConfigurationOrigin] = [:]
    package private(set) var warnings: [ConfigurationProblem] = []
    package var problems: ConfigurationProblems

    /// Keys with a wrong value: contradictions with what stands in its place mean nothing.
    private var failed: Set<String> = []
    private var defaultPort: UInt16?

    package init(_ sources: [ConfigurationSource], problems: ConfigurationProblems) {
        self.problems = problems
        // A source that can't be read may hold what makes the others right: what only its absence
        // makes wrong isn't told, so that there is no error that goes away by itself.
        let isComplete = problems.count == 0
        defaultPort = Self.defaultPort(of: sources, areAll: isComplete)
        for source in sources {
            guard case .table(let entries) = source.root.value else { continue }
            read(entries, of: source, in: "")
        }
        readAddressesFile()
        if isComplete { checkContradictions() }
    }

    private mutating func read(
        _ entries: [TOMLNode.Entry],
        of source: ConfigurationSource,
        in section: String
    ) {
        for entry in entries {
            let name = section.isEmpty ? entry.key : "\(section).\(entry.key)"
            if let key = ConfigurationSchema.keys.first(where: { $0.name == name }) {
                read(entry.node, as: key, of: source)
            } else if case .table(let inner) = entry.node.value, !inner.isEmpty,
                inner.count == 1 || ConfigurationSchema.sections.contains(name)
            {
                // Of an unknown table with one key the key can be suggested a name.
                read(inner, of: source, in: name)
            } else if ConfigurationSchema.sections.contains(name) {
                if case .table = entry.node.value { continue }
                problems.add(
                    source.origin(at: entry.node.position),
                    "\(name): expected a table, found \(entry.node.found)"
                )
            } else {
                problems.addUnknownKey(name, source.origin(at: entry.keyPosition))
            }
        }
    }

    private mutating func read(
        _ node: TOMLNode,
        as key: ConfigurationSchema.Key,
        of source: ConfigurationSource
    ) {
        var context = ValueContext(
            key: key.name,
            source: source,
            defaultPort: defaultPort,
            problems: problems
        )
        let isRight = key.read(node, &configuration, &context)
        problems = context.problems
        guard isRight else {
            failed.insert(key.name)
            return
        }
        origins = origins.filter { !$0.key.hasPrefix("\(key.name)[") }
        origins[key.name] = source.origin(at: node.position)
        if key.name == ConfigurationSchema.listen { noteListeners(node, of: source) }
    }

    private mutating func noteListeners(_ node: TOMLNode, of source: ConfigurationSource) {
        guard case .array(let tables) = node.value else { return }
        for (index, table) in tables.enumerated() {
            guard case .table(let entries) = table.value else { continue }
            for entry in entries {
                origins["listen[\(index)].\(entry.key)"] =
                    source.origin(at: entry.node.position)
            }
        }
    }

    private mutating func readAddressesFile() {
        guard let path = configuration.outbound.addressesFile else { return }
        problems.begin(path)
        configuration.outbound.addressesFromFile = AddressesFile.read(
            path,
            namedAt: origin(of: ConfigurationSchema.addressesFile),
            defaultPort: defaultPort,
            problems: &problems
        )
    }
}

// MARK: - What the check of contradictions needs

extension ConfigurationReader {
    func origin(of key: String) -> ConfigurationOrigin {
        origins[key] ?? .standard
    }

    /// Whether all of these keys have right values.
    func areRight(_ keys: String...) -> Bool {
        failed.isDisjoint(with: keys)
    }

    /// The place to complain at when two keys don't agree: that of the one which somebody set, and
    /// of two such the first.
    func place(of first: String, or second: String) -> ConfigurationOrigin {
        origins[first] ?? origins[second] ?? .standard
    }

    mutating func warn(_ origin: ConfigurationOrigin, _ message: String) {
        warnings.append(ConfigurationProblem(origin, message))
    }
}

// MARK: - What addresses need before anything else is read

extension ConfigurationReader {
    /// The port of peers that are named without one, whatever the order of keys and sources; nil if
    /// they must have one. Where it can't be known, since a source is missing or what decides it is
    /// wrong, it is 1, so that no address is told to lack what the mended configuration gives it.
    private static func defaultPort(
        of sources: [ConfigurationSource],
        areAll isComplete: Bool
    ) -> UInt16? {
        var configuration = Configuration.standard
        var isKnown = isComplete
        for key in ConfigurationSchema.keys where ConfigurationSchema.decidePort.contains(key.name)
        {
            for source in sources {
                guard let node = source.root.node(at: key.name) else { continue }
                // What is wrong is told when everything is read.
                var context = ValueContext(
                    key: key.name,
                    source: source,
                    defaultPort: nil,
                    problems: ConfigurationProblems()
                )
                if !key.read(node, &configuration, &context) { isKnown = false }
            }
        }
        return configuration.defaultPort ?? (isKnown ? nil : 1)
    }
}

extension TOMLNode {
    /// The value of a key such as `outbound.default-port`; nil if it isn't there.
    fileprivate func node(at name: String) -> TOMLNode? {
        var node = self
        for part in name.split(separator: ".") {
            guard
                case .table(let entries) = node.value,
                let entry = entries.first(where: { $0.key == part })
            else { return nil }
            node = entry.node
        }
        return node
    }
}
