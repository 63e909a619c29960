extension Peers {
    /// One key of the running configuration, or one element of a list.
    package struct ConfiguredKey: WireObject {
        /// In full: `outbound.target`; of a listener `listen[0].address`.
        package var key: String
        /// Of a list that isn't empty each element is a row: its place from 0 up.
        package var index: Int?
        /// As TOML: `16`, `"10s"`.
        package var value: String
        /// Where it was set: `default`, `/etc/peerd/peerd.toml:3:10`, `--set outbound.target=16`,
        /// `peerctl log-level`. At most `Bounds.originBytes`.
        package var origin: String

        package init(key: String, index: Int? = nil, value: String, origin: String) {
            self.key = key
            self.index = index
            self.value = value
            self.origin = origin.cut(to: Bounds.originBytes)
        }

        package func write(to json: inout JSONWriter) {
            json.field("key", key)
            json.field("index", ifSet: index)
            json.field("value", value)
            json.field("origin", origin)
        }
    }

    /// What a reload would change of one key, or of one element of a list.
    package struct ConfigurationChange: WireObject {
        /// In full: `outbound.target`.
        package var key: String
        /// What is in force, as TOML. Nil for an element that would come.
        package var before: String?
        /// Where that was set.
        package var beforeOrigin: String?
        /// What would be. Nil for an element that would go.
        package var after: String?
        package var afterOrigin: String?
        /// It can't change while the daemon runs.
        package var needsRestart: Bool
        /// So many more elements of this key would come or go, which aren't told.
        package var further: Int?

        package init(
            key: String,
            before: String? = nil,
            beforeOrigin: String? = nil,
            after: String? = nil,
            afterOrigin: String? = nil,
            needsRestart: Bool,
            further: Int? = nil
        ) {
            self.key = key
            self.before = before
            self.beforeOrigin = beforeOrigin?.cut(to: Bounds.originBytes)
            self.after = after
            self.afterOrigin = afterOrigin?.cut(to: Bounds.originBytes)
            self.needsRestart = needsRestart
            self.further = further
        }

        package func write(to json: inout JSONWriter) {
            json.field("key", key)
            json.field("before", ifSet: before)
            json.field("beforeOrigin", ifSet: beforeOrigin)
            json.field("after", ifSet: after)
            json.field("afterOrigin", ifSet: afterOrigin)
            json.field("needsRestart", needsRestart)
            json.field("further", ifSet: further)
        }
    }
}
