import Configuration
import Control

extension Peers.ConfiguredKey {
    init(_ row: ConfigurationRow) {
        self.init(key: row.key, index: row.index, value: row.value, origin: "\(row.origin)")
    }
}

extension Peers.ConfigurationChange {
    init(_ difference: ConfigurationDifference) {
        self.init(
            key: difference.key,
            before: difference.before?.value,
            beforeOrigin: difference.before.map { "\($0.origin)" },
            after: difference.after?.value,
            afterOrigin: difference.after.map { "\($0.origin)" },
            needsRestart: difference.needsRestart,
            further: difference.further == 0 ? nil : difference.further
        )
    }
}
