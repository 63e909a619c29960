/// The tables of one database file: what is in them, and how it is changed.
///
/// An object holds the prepared statements of an open connection, and must be gone before that is.
package protocol StoredTables: AnyObject {
    /// All that the file holds, or is to hold.
    associatedtype Contents: Equatable & Sendable
    /// One step of a transaction. Each can be repeated without harm, and removing what isn't there
    /// is no error: so a transaction of which nobody knows whether it happened is made again.
    associatedtype Change: Equatable & Sendable

    static var schema: Schema { get }
    /// Takes all rows out.
    static var emptying: StaticString { get }
    /// The most rows that each table may have, what they are called, and how they are counted.
    static var limits: [RowLimit] { get }

    /// All rows of an open database. What a value means is for the caller to check: the file may
    /// have been edited.
    static func contents(in connection: borrowing Connection) throws(StorageError) -> Contents
    /// What makes an empty database hold this.
    static func changes(making contents: Contents) -> [Change]

    init(on connection: borrowing Connection) throws(StorageError)
    func make(_ change: Change) throws(StorageError)
}

package struct RowLimit: Sendable {
    let rows: String
    let most: Int
    let count: StaticString
}
