/// Brings a file of an older version up to date.
struct Upgrade {
    let schema: Schema

    /// Takes the steps that are missing, each in one transaction with the version's number and a
    /// look at what it made: a file always has one version, and all of it.
    ///
    /// - Parameter connection: A sound database of a version that is known.
    /// - Throws: What kept a step from being taken; nothing of it was done then.
    func bringUpToDate(_ connection: borrowing Connection) throws(StorageError) {
        var number = try connection.integer("PRAGMA user_version", for: .upgrade)
        while number < schema.version {
            number += 1
            try connection.execute("BEGIN IMMEDIATE", for: .upgrade)
            do throws(StorageError) {
                try takeStep(to: number, connection)
                try connection.execute("COMMIT", for: .upgrade)
            } catch {
                // If that fails as well, closing the connection does the same.
                if connection.isInTransaction {
                    try? connection.execute("ROLLBACK", for: .upgrade)
                }
                throw error
            }
        }
    }

    private func takeStep(
        to number: Int64,
        _ connection: borrowing Connection
    ) throws(StorageError) {
        guard let version = schema.version(number), let step = version.step else {
            preconditionFailure("no step leads to version \(number) of \(schema.fileName)")
        }
        try connection.execute(step, for: .upgrade)
        let tables = try connection.texts(Schema.query, for: .upgrade)
        guard tables == version.tables.map({ "\($0)" }) else {
            let what = "the step to version \(number) makes other tables than that has"
            throw StorageError(.unexpected, .upgrade, what)
        }
        try connection.set(.version, to: number, for: .upgrade)
    }
}
