/// Why a database can't be used as it is. Each is a reason to set it aside; that a newer peerd
/// wrote it is none.
package enum Damage: Equatable, Sendable {
    /// A folder, a link, a device in the place of the database or its log.
    case notARegularFile
    /// No file of ours is ever empty: a new one gets its name when it is complete.
    case empty
    case tooLarge(bytes: Int, limit: Int)
    /// It isn't a whole number of pages, and no log has the rest.
    case cutShort
    /// The first bytes are not a database's.
    case notADatabase
    /// SQLite can't make sense of it, or its check found this.
    case malformed(String)
    /// A database of another program.
    case foreign(applicationID: Int64)
    /// None that any peerd gives.
    case unknownVersion(Int64)
    /// The tables aren't ours.
    case otherTables
    /// The write-ahead log's header makes no sense.
    case logHeader
    /// Transactions that were completed lie behind one that can't be read.
    case logFrame(number: Int)
    /// A log whose database is gone: put beside a new one, it would be played into it.
    case logAlone
}

extension Damage: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notARegularFile: "it is not a regular file"
        case .empty: "it is empty"
        case .tooLarge(let bytes, let limit):
            "its \(bytes) bytes are more than the limit of \(limit)"
        case .cutShort: "it ends within a page"
        case .notADatabase: "it is not an SQLite database"
        case .malformed(let finding): "it is malformed: \(finding)"
        case .foreign(let id): "it belongs to another program (application_id \(id))"
        case .unknownVersion(let version): "its version \(version) is unknown"
        case .otherTables: "its tables are not peerd's"
        case .logHeader: "the header of its write-ahead log is damaged"
        case .logFrame(let number): "frame \(number) of its write-ahead log is damaged"
        case .logAlone: "there is a write-ahead log or journal without its database"
        }
    }
}
