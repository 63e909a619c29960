/// What a database file looks like, and how it came to look so. Each file has a schema of its own.
package struct Schema: Sendable {
    struct Version: Sendable {
        /// The texts of all tables, indexes, views and triggers, ordered by name. They are compared
        /// with those in the file: a changed letter is another version.
        let tables: [StaticString]
        /// Makes a sound file of the version before into one of this, with all that is in it; nil
        /// of the first. It creates tables by the very texts above, since those of ALTER TABLE are
        /// SQLite's: what is in the old one waits in a temporary table meanwhile, which is dropped
        /// at the end. It begins and ends no transaction.
        let step: StaticString?
    }

    /// In the state folder.
    let fileName: String
    /// In the file's header: `file` prints it, and no other program's database is taken for ours.
    let applicationID: Int64
    /// The first is number 1. The last is the one that is used; all others are known as well, and
    /// no text of theirs ever changes. A new one is for tables that an older peerd can't deal with.
    let versions: [Version]
    /// In pages of `pageBytes`.
    let maxPages: Int
    /// Whether commits wait for the disk, so that what was saved survives the loss of power too.
    /// Without that it survives kill -9.
    let commitsWaitForDisk: Bool

    static let pageBytes = 4_096

    /// The number of the last.
    var version: Int64 { Int64(versions.count) }

    /// Nil for one that isn't known.
    func version(_ number: Int64) -> Version? {
        (1...version).contains(number) ? versions[Int(number) - 1] : nil
    }

    /// The texts of all tables, indexes, views and triggers but SQLite's own, ordered by name.
    static let query: StaticString = """
        SELECT coalesce(sql, '') FROM sqlite_schema
        WHERE substr(name, 1, 7) <> 'sqlite_' ORDER BY name
        """
}

extension Schema {
    /// The persistent peers and bans: `docs/storage.md` explains each column.
    static let peers = Schema(
        fileName: "peerd.db",
        // `peer` in ASCII.
        applicationID: 0x7065_6572,
        versions: [Version(tables: [banTable, persistentPeerTable], step: nil)],
        // 16 MiB. 20,000 bans and 1,000 peers of the longest texts need a quarter of that, also
        // when every page is half empty; it keeps a file from growing for ever if the limits on
        // rows should fail.
        maxPages: 4_096,
        // What an operator was told is kept.
        commitsWaitForDisk: true
    )

    /// The bounds on lengths keep 20,000 bans near 2 MB. Addresses and names are visible ASCII, and
    /// since SQLite has no checksums on its pages, the check of that finds part of what a disk gets
    /// wrong. (`length` stops at a zero byte, unless it is given a blob.)
    private static let banTable: StaticString = """
        CREATE TABLE ban (
            prefix TEXT NOT NULL PRIMARY KEY CHECK (
                length(CAST(prefix AS BLOB)) BETWEEN 1 AND 64
                AND length(prefix) = length(CAST(prefix AS BLOB))
                AND prefix NOT GLOB '*[^!-~]*'
            ),
            until_us INTEGER,
            origin TEXT NOT NULL CHECK (origin IN ('operator', 'automatic'))
        ) STRICT, WITHOUT ROWID
        """

    private static let persistentPeerTable: StaticString = """
        CREATE TABLE persistent_peer (
            target TEXT NOT NULL PRIMARY KEY CHECK (
                length(CAST(target AS BLOB)) BETWEEN 1 AND 300
                AND length(target) = length(CAST(target AS BLOB))
                AND target NOT GLOB '*[^!-~]*'
            ),
            added_us INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """
}
