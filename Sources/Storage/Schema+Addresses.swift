extension Schema {
    /// The address book and the anchors: `docs/storage.md` explains each column.
    static let addresses = Schema(
        fileName: "addresses.db",
        // `addr` in ASCII.
        applicationID: 0x6164_6472,
        versions: [Version(tables: [anchorTable, bookTable, bucketTable], step: nil)],
        // 16 MiB. 1,280 buckets of 5,120 bytes need 10 MiB, as each takes two pages.
        maxPages: 4_096,
        // It is gossip: what came since the last checkpoint may be lost with the power.
        commitsWaitForDisk: false
    )

    private static let anchorTable: StaticString = """
        CREATE TABLE anchor (
            place INTEGER NOT NULL PRIMARY KEY CHECK (place BETWEEN 0 AND 1),
            address BLOB NOT NULL CHECK (length(address) IN (7, 19, 35)),
            starts INTEGER NOT NULL CHECK (starts BETWEEN 0 AND 3)
        ) STRICT
        """

    private static let bookTable: StaticString = """
        CREATE TABLE book (
            key BLOB NOT NULL CHECK (length(key) = 16),
            saved_us INTEGER NOT NULL,
            "check" BLOB NOT NULL CHECK (length("check") = 8)
        ) STRICT
        """

    private static let bucketTable: StaticString = """
        CREATE TABLE bucket (
            number INTEGER NOT NULL PRIMARY KEY CHECK (number BETWEEN 0 AND 1279),
            entries BLOB NOT NULL CHECK (length(entries) BETWEEN 1 AND 5120),
            "check" BLOB NOT NULL CHECK (length("check") = 8)
        ) STRICT
        """
}
