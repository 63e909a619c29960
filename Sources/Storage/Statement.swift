import CSQLite

/// A prepared statement. It must be gone before its connection is.
struct Statement: ~Copyable {
    enum Value {
        case text(String)
        case blob([UInt8])
        case integer(Int64)
        case null
    }

    /// The row that a statement stands at, lent for the time of a call.
    struct Row: ~Copyable {
        fileprivate let statement: OpaquePointer

        /// Bytes that are no UTF-8 come as U+FFFD.
        func text(_ column: CInt) -> String {
            // In this order: asking for the text may convert the value, and change its length.
            guard let bytes = sqlite3_column_text(statement, column) else { return "" }
            let count = Int(sqlite3_column_bytes(statement, column))
            return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
        }

        func blob(_ column: CInt) -> [UInt8] {
            // In this order, as above.
            guard let bytes = sqlite3_column_blob(statement, column) else { return [] }
            let count = Int(sqlite3_column_bytes(statement, column))
            return Array(UnsafeRawBufferPointer(start: bytes, count: count))
        }

        func integer(_ column: CInt) -> Int64 { sqlite3_column_int64(statement, column) }

        func optionalInteger(_ column: CInt) -> Int64? {
            sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : integer(column)
        }
    }

    private let statement: OpaquePointer

    init(owning statement: OpaquePointer) { self.statement = statement }

    deinit { sqlite3_finalize(statement) }

    /// Runs it to its end with these values for its parameters, ignoring rows.
    func run(_ values: Value..., for task: StorageError.Task) throws(StorageError) {
        for (index, value) in values.enumerated() { try bind(value, CInt(index + 1), for: task) }
        try forEachRow(for: task) { _ in }
    }

    /// Leaves it ready to be run again, whether it failed or not: one that stands at a row would
    /// keep its lock.
    func forEachRow(
        for task: StorageError.Task,
        _ body: (borrowing Row) -> Void
    ) throws(StorageError) {
        var code = sqlite3_step(statement)
        while code == SQLITE_ROW {
            body(Row(statement: statement))
            code = sqlite3_step(statement)
        }
        guard code == SQLITE_DONE else {
            // Before the reset, which may have another error to tell.
            let error = failure(code, task)
            reset()
            throw error
        }
        reset()
    }

    private func bind(
        _ value: Value,
        _ index: CInt,
        for task: StorageError.Task
    ) throws(StorageError) {
        let code =
            switch value {
            case .text(var text):
                text.withUTF8 { utf8 in
                    utf8.withMemoryRebound(to: CChar.self) { bytes in
                        // An empty string may have no address, which would be NULL.
                        bytes.isEmpty
                            ? csqlite_bind_text(statement, index, "", 0)
                            : csqlite_bind_text(
                                statement,
                                index,
                                bytes.baseAddress,
                                UInt64(bytes.count)
                            )
                    }
                }
            case .blob(let bytes):
                csqlite_bind_blob(statement, index, bytes, UInt64(bytes.count))
            case .integer(let number): sqlite3_bind_int64(statement, index, number)
            case .null: sqlite3_bind_null(statement, index)
            }
        guard code == SQLITE_OK else {
            let error = failure(code, task)
            reset()
            throw error
        }
    }

    private func failure(_ code: CInt, _ task: StorageError.Task) -> StorageError {
        StorageError(task, extendedCode: code, handle: sqlite3_db_handle(statement))
    }

    private func reset() {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }
}
