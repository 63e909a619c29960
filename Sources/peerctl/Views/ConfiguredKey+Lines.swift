import Control
import Facts

extension Peers.ConfiguredKey {
    /// The configuration as TOML, with a comment behind each value that says where it was set: what
    /// `peerd --print-config` prints of the same.
    static func lines(of keys: [Peers.ConfiguredKey]) -> [Text] {
        var lines: [Text] = []
        var section = ""
        for (place, row) in keys.enumerated() {
            let (table, name) = row.place
            if table != section {
                section = table
                // Each listener is a table of its own, in an array of them.
                lines += ["", Text(row.isOfListener ? "[[listen]]" : "[\(table)]", .heading)]
            }
            guard let index = row.index else {
                lines.append(line("\(name) = \(row.value)", row.origin))
                continue
            }
            let isLast = place + 1 == keys.count || keys[place + 1].key != row.key
            if index == 0, isLast {
                lines.append(line("\(name) = [\(row.value)]", row.origin))
                continue
            }
            if index == 0 { lines.append(line("\(name) = [", row.origin)) }
            lines.append(Text("    \(row.value),"))
            if isLast { lines.append("]") }
        }
        return lines
    }

    private var isOfListener: Bool { key.hasPrefix("listen[") }

    /// The table and the key in it.
    private var place: (table: String, name: String) {
        // Keys are ASCII, and their last part has no dot.
        guard let dot = key.lastIndex(of: ".") else { return ("", key) }
        return (String(key[..<dot]), String(key[key.index(after: dot)...]))
    }

    private static func line(_ text: String, _ origin: String) -> Text {
        Text(text) + comment(origin, behind: text)
    }
}

/// So that most comments stand below each other.
private let commentColumn = 32

private func comment(_ origin: String, behind text: String) -> Text {
    let gap = String(repeating: " ", count: max(1, commentColumn - text.count))
    return Text("\(gap)# \(origin)", .faint)
}

extension Peers.ConfigurationChange {
    /// Each key once, and below it what would go and what would come.
    static func lines(of changes: [Peers.ConfigurationChange], _ instance: Instance) -> [Text] {
        var lines: [Text] = []
        var key = ""
        for change in changes {
            if change.key != key {
                key = change.key
                let note = change.needsRestart ? " (needs a restart)" : ""
                lines.append(Text(key, .heading) + Text(note, .pending))
            }
            if let before = change.before {
                lines.append(side("-", before, change.beforeOrigin, .bad))
            }
            if let after = change.after {
                lines.append(side("+", after, change.afterOrigin, .good))
            }
            if let further = change.further { lines.append(Text("  and \(grouped(further)) more")) }
        }
        if changes.contains(where: \.needsRestart) {
            lines.append(Text("What needs a restart: systemctl restart \(instance.unit)"))
        }
        return lines
    }

    private static func side(
        _ sign: String,
        _ value: String,
        _ origin: String?,
        _ style: Style
    ) -> Text {
        let text = "  \(sign) \(value)"
        return Text(text, style) + (origin.map { comment($0, behind: text) } ?? "")
    }
}
