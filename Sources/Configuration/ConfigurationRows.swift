/// One key of a configuration, or one element of a list, and where it was set.
package struct ConfigurationRow: Equatable, Sendable {
    /// In full: `outbound.target`; of a listener `listen[0].address`.
    package let key: String
    /// Of an element of a list, its place from 0 up.
    package let index: Int?
    /// As TOML.
    package let value: String
    package let origin: ConfigurationOrigin
}

/// A configuration row by row, in the order of the schema, a page at a time: a list of 10,000
/// addresses isn't spelled at once. It is that of the moment when it was begun, whatever is
/// reloaded meanwhile.
package struct ConfigurationRows: Sendable {
    private let loaded: LoadedConfiguration
    /// In the schema.
    private var key = 0
    /// Rows of this key that are behind us.
    private var row = 0

    package init(_ loaded: LoadedConfiguration) {
        self.loaded = loaded
    }

    package var isAtEnd: Bool { key == ConfigurationSchema.keys.count }

    /// The next rows, at most so many.
    package mutating func next(_ limit: Int) -> [ConfigurationRow] {
        var page: [ConfigurationRow] = []
        while page.count < limit, !isAtEnd {
            let (rows, make) = Self.rows(of: ConfigurationSchema.keys[key], in: loaded)
            while page.count < limit, row < rows {
                page.append(make(row))
                row += 1
            }
            if row == rows { (key, row) = (key + 1, 0) }
        }
        return page
    }

    /// How many rows a key has, and what makes one.
    private static func rows(
        of key: ConfigurationSchema.Key,
        in loaded: LoadedConfiguration
    ) -> (count: Int, make: (Int) -> ConfigurationRow) {
        let configuration = loaded.configuration
        let origin = loaded.origins[key.name] ?? .standard
        let count = key.elements?.count(configuration) ?? 0
        if key.name == ConfigurationSchema.listen, count > 0 {
            let rows = configuration.listen.indices.flatMap { index in
                ConfigurationSchema.keys(of: configuration.listen[index]).map { (index, $0) }
            }
            return (
                rows.count,
                { row in
                    let (index, key) = rows[row]
                    let name = "listen[\(index)].\(key.lastPart)"
                    return ConfigurationRow(
                        key: name,
                        index: nil,
                        value: key.spelled(configuration.listen[index]),
                        origin: loaded.origins[name] ?? .standard
                    )
                }
            )
        }
        guard let elements = key.elements, count > 0 else {
            return (
                1,
                { _ in
                    let value = key.spelled(configuration)
                    return ConfigurationRow(key: key.name, index: nil, value: value, origin: origin)
                }
            )
        }
        return (
            count,
            { row in
                let value = elements.spelled(configuration, row)
                return ConfigurationRow(key: key.name, index: row, value: value, origin: origin)
            }
        )
    }
}
