@testable import Storage

/// A schema of the tests' own, with every version that it ever had.
extension Schema {
    static let firstNotes = Version(
        tables: ["CREATE TABLE note (text TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID"],
        step: nil
    )

    /// Another table in the place of the old one, with what was in that.
    static let notesWithStars = Version(
        tables: [
            """
            CREATE TABLE note (
                text TEXT NOT NULL PRIMARY KEY,
                stars INTEGER NOT NULL CHECK (stars BETWEEN 0 AND 9)
            ) STRICT, WITHOUT ROWID
            """
        ],
        step: """
            CREATE TEMPORARY TABLE old AS SELECT * FROM note;
            DROP TABLE note;
            CREATE TABLE note (
                text TEXT NOT NULL PRIMARY KEY,
                stars INTEGER NOT NULL CHECK (stars BETWEEN 0 AND 9)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO note SELECT text, length(text) FROM old;
            DROP TABLE temp.old
            """
    )

    /// One more table.
    static let notesWithTags = Version(
        tables: notesWithStars.tables + [tagTable],
        step: "CREATE TABLE tag (name TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID"
    )
    private static let tagTable: StaticString =
        "CREATE TABLE tag (name TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID"

    static let notes = [firstNotes, notesWithStars, notesWithTags]

    static func notes(_ versions: [Version]) -> Schema {
        Schema(
            fileName: "notes.db",
            applicationID: 0x6e6f_7465,
            versions: versions,
            maxPages: 64,
            commitsWaitForDisk: true
        )
    }
}
