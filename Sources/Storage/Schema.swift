/// What the file looks like: `docs/storage.md` explains each column.
enum Schema {
    /// `peer` in ASCII, in the file's header: `file` prints it, and no other program's database is
    /// taken for ours.
    static let applicationID: Int64 = 0x7065_6572

    /// Grows when the tables change in a way that an older peerd can't deal with.
    static let version: Int64 = 1

    /// 4,096 pages of 4 KiB. 20,000 bans and 1,000 peers of the longest texts need a quarter of
    /// that, also when every page is half empty; it keeps a file from growing for ever if the
    /// limits on rows should fail.
    static let maxPages = 4_096
    static let pageBytes = 4_096

    /// The bounds on lengths keep 20,000 bans near 2 MB. Addresses and names are visible ASCII, and
    /// since SQLite has no checksums on its pages, the check of that finds part of what a disk gets
    /// wrong. (`length` stops at a zero byte, unless it is given a blob.) These texts are compared
    /// with those in the file: a changed letter is another version.
    static let tables: [StaticString] = [banTable, persistentPeerTable]

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

    /// The texts of all tables, indexes, views and triggers but SQLite's own, ordered by name.
    static let query: StaticString = """
        SELECT coalesce(sql, '') FROM sqlite_schema
        WHERE substr(name, 1, 7) <> 'sqlite_' ORDER BY name
        """
}
