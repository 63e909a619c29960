import Addressing

/// What taking one configuration in the place of another would change, of one key or of one element
/// of a list.
package struct ConfigurationDifference: Equatable, Sendable {
    package struct Side: Equatable, Sendable {
        /// As TOML.
        package let value: String
        package let origin: ConfigurationOrigin
    }

    /// In full: `outbound.target`. An address in a file has the key that names the file.
    package let key: String
    /// Nil for an element that would come.
    package var before: Side?
    /// Nil for an element that would go.
    package var after: Side?
    /// It can't change while the daemon runs.
    package let needsRestart: Bool
    /// So many more elements of the key would come or go, which aren't told.
    package var further = 0
}

extension LoadedConfiguration {
    /// What would change if `new` came in the place of this one, in the order of the schema. The
    /// order of a list means nothing.
    ///
    /// - Parameters:
    ///   - new: What would come.
    ///   - fixed: The names of keys that can't change while the daemon runs, besides those that
    ///     belong to a network.
    ///   - limit: Elements of one key that are told.
    /// - Returns: A difference for each key and each element, none for what is the same.
    package func differences(
        to new: LoadedConfiguration,
        but fixed: Set<String>,
        limit: Int
    ) -> [ConfigurationDifference] {
        let isOtherNetwork = configuration.network != new.configuration.network
        let fixed = isOtherNetwork ? fixed.union(Configuration.keysOfNetwork) : fixed
        var differences: [ConfigurationDifference] = []
        for key in ConfigurationSchema.keys {
            let before = side(of: key)
            let (name, isFixed) = (key.name, fixed.contains(key.name))
            if let elements = key.elements {
                differences += Self.changes(
                    of: .init(key: name, needsRestart: isFixed),
                    from: list(elements, configuration, before.origin),
                    to: list(elements, new.configuration, new.side(of: key).origin),
                    limit
                )
            } else {
                let after = new.side(of: key)
                if before.value != after.value {
                    differences.append(
                        .init(key: name, before: before, after: after, needsRestart: isFixed)
                    )
                }
            }
            if key.name == ConfigurationSchema.addressesFile {
                differences += Self.changes(
                    of: .init(key: name, needsRestart: isFixed),
                    from: addressesInFile,
                    to: new.addressesInFile,
                    limit
                )
            }
        }
        return differences
    }

    private func side(of key: ConfigurationSchema.Key) -> ConfigurationDifference.Side {
        // Of a list it would be long, and its elements are what is compared.
        let value = key.elements == nil ? key.spelled(configuration) : ""
        return .init(value: value, origin: origins[key.name] ?? .standard)
    }

    private typealias Elements = (values: [String], origin: ConfigurationOrigin)

    private func list(
        _ elements: ConfigurationSchema.Key.Elements,
        _ configuration: Configuration,
        _ origin: ConfigurationOrigin
    ) -> Elements {
        let places = 0..<elements.count(configuration)
        return (places.map { elements.spelled(configuration, $0) }, origin)
    }

    private var addressesInFile: Elements {
        (
            configuration.outbound.addressesFromFile.map(\.description.quotedForTOML),
            .file(configuration.outbound.addressesFile ?? "", line: nil, column: nil)
        )
    }

    /// First what would go, then what would come, each in its order.
    private static func changes(
        of change: ConfigurationDifference,
        from before: Elements,
        to after: Elements,
        _ limit: Int
    ) -> [ConfigurationDifference] {
        guard before.values != after.values else { return [] }
        let (old, new) = (Set(before.values), Set(after.values))
        let gone = before.values.filter { !new.contains($0) }
        let come = after.values.filter { !old.contains($0) }
        var told = gone.prefix(limit).map { value in
            var change = change
            change.before = .init(value: value, origin: before.origin)
            return change
        }
        told += come.prefix(limit - told.count).map { value in
            var change = change
            change.after = .init(value: value, origin: after.origin)
            return change
        }
        let further = gone.count + come.count - told.count
        if further > 0 {
            var change = change
            change.further = further
            told.append(change)
        }
        return told
    }
}
