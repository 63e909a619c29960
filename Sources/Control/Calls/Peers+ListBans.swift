extension Peers {
    /// All bans in force, in batches of `Bounds.rowsPerReply`.
    package struct ListBans: NoParameters {
        package static let method = Method.listBans

        package init() {}

        package struct Reply: ReplyParameters {
            package var bans: [BanEntry]

            package init(bans: [BanEntry]) {
                self.bans = bans
            }

            package func write(to json: inout JSONWriter) {
                json.field("bans", bans)
            }
        }
    }
}
